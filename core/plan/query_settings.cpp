// The part of Rewriter for pgvector's settings. Of a setting that nothing knows the server takes any value, and nothing comes of it.
#include "core/plan/query_rewriter.h"
#include "core/plan/tree_nodes.h"

#include <cstdlib>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

constexpr int lantern_max_ef = 400;  // as search_bound_note says

// The server would refuse more, and pgvector takes 1000. The value may be written 1000, '1000' and 1e3.
void cap(PgQuery__AConst& value, std::set<std::string>& notes) {
    if (value.val_case == PG_QUERY__A__CONST__VAL_IVAL && value.ival->ival > lantern_max_ef) {
        value.ival->ival = lantern_max_ef;
        notes.emplace(search_bound_note);
    }
    char** text = value.val_case == PG_QUERY__A__CONST__VAL_SVAL   ? &value.sval->sval
                  : value.val_case == PG_QUERY__A__CONST__VAL_FVAL ? &value.fval->fval
                                                                   : nullptr;
    if (text == nullptr || std::strtod(*text, nullptr) <= lantern_max_ef) return;
    set_text(*text, std::to_string(lantern_max_ef));
    notes.emplace(search_bound_note);
}

// Also 'hnsw.ef_search'::text, as the server shows it.
PgQuery__AConst* constant(PgQuery__Node* node) {
    while (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) node = node->type_cast->arg;
    return string_constant(node) == nullptr ? nullptr : node->a_const;
}

}  // namespace

bool rename_setting(PgQuery__VariableSetStmt& set, std::set<std::string>& notes) {
    if (set.name != search_setting) return false;
    set_text(set.name, lantern_search_setting);
    if (set.n_args == 1 && set.args[0]->node_case == PG_QUERY__NODE__NODE_A_CONST) cap(*set.args[0]->a_const, notes);
    return true;
}

void Rewriter::setting(PgQuery__VariableSetStmt& set) {
    if (set.name == nullptr || !is_setting(set.name)) return;
    if (rename_setting(set, found_.notes))
        found_.changed = true;
    else
        found_.uses.push_back({UseKind::function, std::string("SET ") + set.name});
}

void Rewriter::shown_setting(PgQuery__VariableShowStmt& show) {
    if (!is_setting(show.name)) return;
    if (show.name != search_setting) return found_.uses.push_back({UseKind::function, std::string("SHOW ") + show.name});
    set_text(show.name, lantern_search_setting);
    found_.changed = true;
}

// set_config() and current_setting() of a name that is written out.
void Rewriter::named_setting(PgQuery__FuncCall& call, const std::string& function) {
    PgQuery__AConst* setting = call.n_args == 0 ? nullptr : constant(call.args[0]);
    if (setting == nullptr || !is_setting(setting->sval->sval)) return;
    char*& name = setting->sval->sval;
    if (name != search_setting) return found_.uses.push_back({UseKind::function, function + " of " + name});
    set_text(name, lantern_search_setting);
    found_.changed = true;
    if (call.n_args < 2 || function != "set_config") return;
    if (PgQuery__AConst* value = constant(call.args[1]))
        cap(*value, found_.notes);
    else
        found_.notes.emplace(search_bound_note);
}

}  // namespace lantern_migrate::plan
