#include "core/plan/plpgsql_rewriting.h"

#include "core/errors.h"
#include "core/plan/function_body.h"
#include "core/plan/plpgsql_body.h"
#include "core/plan/plpgsql_declarations.h"
#include "core/plan/sql_tree.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view select = "SELECT ";
constexpr std::string_view null_of = "SELECT NULL::";
// Behind these, a statement begins.
constexpr std::string_view before_statements[] = {";", "begin", "then", "else", "loop", "declare", ">>"};

class PlpgsqlRewriting {
public:
    PlpgsqlRewriting(const PlpgsqlBody& body, Scope scope, SqlType result, const ExtensionNames& names, const KnownObjects& objects,
                     Rewriter& rewriter)
        : body_(body),
          scope_(std::move(scope)),
          result_(result),
          names_(names),
          objects_(objects),
          rewriter_(rewriter),
          tokens_(scan(body.text())) {
        declare_variables();
    }

    Rewriting run(std::map<std::size_t, std::string>& texts) {
        for (std::size_t i = 0; i < body_.parts().size(); ++i) {
            const BodyPart& part = body_.parts()[i];
            try {
                take(part, i, texts);
            } catch (const SqlError&) {  // the parser of SQL alone does not know it
                report(part.text);
            }
        }
        for (const std::string& text : body_.unplaced()) report(text);
        report_texts_returned();
        report_loops_over_vectors();
        return std::move(all_);
    }

private:
    void declare_variables();
    void declare(const std::string& name, const std::string& type);
    void take(const BodyPart&, std::size_t index, std::map<std::size_t, std::string>& texts);
    void take_dynamic(const BodyPart&);
    [[nodiscard]] SqlType target_before(std::vector<SqlToken>::const_iterator expression) const;
    [[nodiscard]] SqlType target_of(const BodyPart& part) const {
        const char* begin = body_.text().data() + part.offset;
        return target_before(std::ranges::find_if(tokens_, [&](const SqlToken& token) { return token.text.data() >= begin; }));
    }
    void report_texts_returned();
    void report_loops_over_vectors();
    void report(const std::string& text) {
        const auto uses = uses_of_tokens(text);
        all_.uses.insert(all_.uses.end(), uses.begin(), uses.end());
    }

    const PlpgsqlBody& body_;
    Scope scope_;
    SqlType result_;
    const ExtensionNames& names_;
    const KnownObjects& objects_;
    Rewriter& rewriter_;
    const std::vector<SqlToken> tokens_;
    Rewriting all_;
};

void PlpgsqlRewriting::declare_variables() {
    for (const auto& [name, type] : body_.variables()) {
        if (name.starts_with('$') || scope_.variables.contains(name)) continue;
        const auto [first, last] = body_.variables().equal_range(name);
        const bool alike = std::all_of(first, last, [&](const auto& other) { return other.second == type; });
        if (alike) declare(name, type);
    }
}

// items.v%TYPE is the column's, items%ROWTYPE and items a row of the table.
void PlpgsqlRewriting::declare(const std::string& name, const std::string& type) {
    const std::string plain = folded(type);
    const std::size_t percent = plain.find('%');
    std::vector<std::string> parts;
    const std::string named = type.substr(0, percent);  // tokens point into it
    for (const SqlToken& token : scan(named)) {
        if (token.text != ".") parts.push_back(unquoted_name(token.text));
    }
    const auto row_of = [&](const QualifiedName& table) { return objects_.relation(table); };
    if (percent != std::string::npos && plain.substr(percent).contains("rowtype") == false) {
        if (parts.size() < 2) return;
        const NamedTypes* columns = row_of({parts.size() > 2 ? parts[parts.size() - 3] : "", parts[parts.size() - 2]});
        if (columns == nullptr) return;
        const auto column = std::ranges::find(*columns, parts.back(), &NamedTypes::value_type::first);
        if (column != columns->end()) scope_.variables[name] = column->second;
        return;
    }
    const bool words = parts.size() == 1 || parts.size() == 2;
    if (const NamedTypes* row = words ? row_of({parts.size() == 2 ? parts[0] : "", parts.back()}) : nullptr) {
        scope_.relations.push_back({.alias = name, .columns = *row, .complete = true});
        return;
    }
    if (percent != std::string::npos) return;
    try {
        SqlTree tree(std::string(null_of) + type);
        const PgQuery__Node* value = tree.statements().front().node->select_stmt->target_list[0]->res_target->val;
        if (value->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) scope_.variables[name] = sql_type(*value->type_cast->type_name, names_);
    } catch (const SqlError&) {
        return;  // record, refcursor with arguments: nothing that a vector is
    }
}

// What an expression is assigned to, by the tokens in front of it: `x :=`, `new.v =`, `x vector(3) :=`, RETURN.
SqlType PlpgsqlRewriting::target_before(std::vector<SqlToken>::const_iterator expression) const {
    if (expression == tokens_.begin()) return SqlType::other;
    const auto last = expression - 1;
    const std::string word = folded(last->text);
    if (word == "return") return result_;
    if (word != ":=" && word != "=" && word != "default") return SqlType::other;
    auto first = last;
    while (first != tokens_.begin() && !std::ranges::contains(before_statements, folded((first - 1)->text))) --first;
    if (first == last) return SqlType::other;
    const std::string name = unquoted_name(first->text);
    const std::string_view second = (first + 1)->text;
    if (second == "[") return SqlType::other;  // x[1] := ... is of an element
    return last - first == 3 && second == "." ? scope_.column(name, unquoted_name((first + 2)->text)) : scope_.column(name);
}

// Of a real[][] it goes over the numbers.
void PlpgsqlRewriting::report_loops_over_vectors() {
    for (auto token = tokens_.begin(); tokens_.end() - token > 1; ++token) {
        if (folded(token->text) == "foreach" && is_vector(scope_.column(unquoted_name((token + 1)->text))))
            all_.uses.push_back({UseKind::operator_, "FOREACH of an array of vectors"});
    }
}

// RETURN q: no part of the body, and what PL/pgSQL read a text with is gone.
void PlpgsqlRewriting::report_texts_returned() {
    for (auto token = tokens_.begin(); tokens_.end() - token > 1; ++token) {
        if ((token + 1)->text != ";" || token == tokens_.begin() || folded((token - 1)->text) != "return") continue;
        if (scope_.column(unquoted_name(token->text)) == SqlType::text && is_vector(result_))
            all_.uses.push_back({UseKind::cast, "vector"});
    }
}

void PlpgsqlRewriting::take_dynamic(const BodyPart& part) {
    std::string text = part.text;
    const std::vector<SqlToken> tokens = scan(part.text);
    const bool constant = tokens.size() == 1 && tokens.front().kind == PG_QUERY__TOKEN__SCONST;
    if (!constant) text = body_.text();  // the strings that it is put together from may be anywhere
    std::string strings;
    for (const SqlToken& token : scan(text)) {
        if (token.kind == PG_QUERY__TOKEN__SCONST) strings += " " + std::string(token.text.substr(1, token.text.size() - 2));
    }
    std::ranges::replace(strings, '\'', ' ');
    report(strings);
}

void PlpgsqlRewriting::take(const BodyPart& part, std::size_t index, std::map<std::size_t, std::string>& texts) {
    if (part.kind == BodyPart::Kind::dynamic) return take_dynamic(part);
    const bool type = part.kind == BodyPart::Kind::type;
    const bool expression = part.kind == BodyPart::Kind::expression;
    if (type && part.sql.contains('%')) return;
    SqlTree tree((type ? std::string(null_of) : expression ? std::string(select) : "") + part.sql);
    if (tree.statements().size() != 1) return report(part.text);
    PgQuery__Node& node = *tree.statements().front().node;
    Rewriting one;
    if (expression && node.node_case == PG_QUERY__NODE__NODE_SELECT_STMT && node.select_stmt->n_target_list == 1) {
        PgQuery__Node* value = node.select_stmt->target_list[0]->res_target->val;
        const SqlType target = target_of(part);
        const bool alone = node.select_stmt->n_from_clause == 0;
        if (alone && value != nullptr && is_vector(target)) one.add(rewriter_.rewrite_value(*value, target, scope_));
    }
    one.add(rewriter_.rewrite(node.base, scope_));
    if (one.changed && one.uses.empty()) {
        const std::string sql = deparse(node);
        const std::string_view front = type ? null_of : expression ? select : std::string_view{};
        if (!sql.starts_with(front)) throw SqlError("a changed expression is not one any more", 0, sql);
        texts[index] = sql.substr(front.size());
    }
    all_.add(std::move(one));
}

}  // namespace

Rewriting rewrite_plpgsql_body(const PgQuery__CreateFunctionStmt& function, PgQuery__String& text, Scope scope, SqlType result,
                               const ExtensionNames& names, const KnownObjects& objects, Rewriter& rewriter) {
    const PlpgsqlBody body(function);
    const NamedTypes row = objects.trigger_row(qualified_name({function.funcname, function.n_funcname}));
    for (const char* alias : {"new", "old"}) scope.relations.push_back({.alias = alias, .columns = row, .complete = !row.empty()});
    std::map<std::size_t, std::string> texts;
    Rewriting all = PlpgsqlRewriting(body, std::move(scope), result, names, objects, rewriter).run(texts);
    if (all.uses.empty() && !texts.empty()) set_text(text.sval, body.with(texts));
    return all;
}

}  // namespace lantern_migrate::plan
