#include "core/plan/schema.h"

#include "core/plan/compatibility.h"
#include "core/plan/data_types.h"
#include "core/plan/dependants.h"
#include "core/plan/dump_settings.h"
#include "core/plan/dump_text.h"
#include "core/plan/partition_tree.h"
#include "core/plan/sql_tree.h"
#include "core/plan/statement_subject.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view vector_access_methods[] = {"hnsw", "ivfflat"};  // index_rules.h makes these
constexpr std::string_view extension_name = "vector";

// The order behind the rows.
enum class Turn { objects, refreshes, view_indexes, triggers, trigger_states, last };

class Planner {
public:
    Planner(const SchemaOptions& options, const SqlTree& tree)
        : options_(options),
          names_{.schema = options.vector_schema, .functions = options.vector_functions, .operators = options.vector_operators},
          dependants_(names_, {.lantern_schema = options.lantern_schema, .compatibility = options.compatibility}),
          bits_(options.integer_columns),
          data_types_(names_,
                      {.dimension_checks = options.dimension_checks,
                       .leave_out = options.skip_unsupported,
                       .missing = [this](ProtobufCMessage& message) { return what_it_lacks(message, {}); },
                       .bits = bits_,
                       .rewrite = [this](ProtobufCMessage& part, const QualifiedName& table,
                                         SqlType value) { return carried(dependants_.rewrite_part(part, table, value)); }},
                      constraint_names(tree)) {
        for (const SqlTree::Statement& statement : tree.statements()) {
            note_owned_sequence(*statement.node);
            partitions_.note(*statement.node);
            dependants_.declare(*statement.node);
        }
        for (const SqlTree::Statement& statement : tree.statements()) take(statement);
    }

    SchemaPlan finish() {
        std::ranges::stable_sort(after_rows_, {}, [this](const auto& entry) {
            return std::pair(entry.first, entry.first == Turn::trigger_states ? partitions_.depth(entry.second.table) : 0);
        });
        for (auto& [turn, statement] : after_rows_) plan_.after_rows.push_back(std::move(statement));
        add_compatibility();
        return std::move(plan_);
    }

private:
    void note_owned_sequence(const PgQuery__Node&);
    void take(const SqlTree::Statement&);

    // --- what does not move
    [[nodiscard]] std::optional<std::string> why_gone(const ObjectKey&) const;
    [[nodiscard]] std::string what_it_lacks(ProtobufCMessage&, const Subject&) const;
    [[nodiscard]] bool is_ours_to_make(const PgQuery__Node&, const Subject&) const;
    [[nodiscard]] bool is_not_selected(const PgQuery__Node&, const Subject&) const;
    [[nodiscard]] bool goes_unsaid(PgQuery__Node&, const Subject&) const;
    std::optional<bool> privileges_stay(const Subject&);
    void gone(const Subject&, const std::string& why);
    void cannot_carry(const Subject&, const std::string& reason);

    // --- what does
    // Empty optional: it was found impossible, and that is said. Else whether the tree was changed.
    std::optional<bool> convert(PgQuery__Node&, const Subject&);
    [[nodiscard]] bool convert_bit_default(PgQuery__Node&) const;
    Conversion carried(Rewriting);
    [[nodiscard]] std::string collision(const PgQuery__Node&);
    void add_compatibility();
    std::optional<bool> convert_data_type(const DataTypeResult&, const Subject&);
    void place(const SqlTree::Statement&, bool changed, const Subject&);
    void add_before_rows(Statement);
    void add_comment(const Subject&, Statement);
    void add_refresh(const QualifiedName& view);
    void add_external_storage(const QualifiedName& table);
    void remember(const PgQuery__Node&, const Subject&);
    [[nodiscard]] std::string unique(const std::string& object);

    const SchemaOptions& options_;
    ExtensionNames names_;
    Dependants dependants_;
    BitUses bits_;
    DataTypeConverter data_types_;
    SchemaPlan plan_;
    std::vector<std::pair<Turn, Statement>> after_rows_;
    std::map<ObjectKey, std::string> gone_;   // and why, as the end of "needs view v, ..."
    std::set<QualifiedName> functions_made_;  // any of that name
    std::set<ObjectKey> signatures_made_;     // as they are on the target
    std::set<std::string> compatibility_;     // functions of that schema which something calls
    std::set<ObjectKey> materialized_views_;
    std::map<QualifiedName, QualifiedName> index_tables_;
    PartitionTree partitions_;
    std::set<QualifiedName> sequences_left_;  // owned by tables that do not move
    // Where the statement is that made an object, for its comment: the section, and the place in it.
    enum class Section { keys_and_indexes, after_rows };
    std::map<ObjectKey, std::pair<Section, std::size_t>> places_;
    std::map<std::string, int> objects_;
    std::vector<std::string> external_columns_;  // of the table in hand
    DumpSettings settings_;
    bool post_data_ = false;
};

// ALTER SEQUENCE s OWNED BY t.c comes behind both, and s must be known to stay behind before.
void Planner::note_owned_sequence(const PgQuery__Node& node) {
    if (node.node_case != PG_QUERY__NODE__NODE_ALTER_SEQ_STMT) return;
    const PgQuery__AlterSeqStmt& alter = *node.alter_seq_stmt;
    for (std::size_t i = 0; i < alter.n_options; ++i) {
        const PgQuery__DefElem& option = *alter.options[i]->def_elem;
        if (std::string_view(option.defname) != "owned_by" || option.arg == nullptr || option.arg->node_case != PG_QUERY__NODE__NODE_LIST)
            continue;
        std::vector<std::string> parts = texts({option.arg->list->items, option.arg->list->n_items});
        if (parts.size() == 3 && !options_.table_moves({parts[0], parts[1]})) sequences_left_.insert(qualified_name(*alter.sequence));
    }
}

// A function is mentioned without its arguments: it is gone if one of its name is, and none of its name was made.
std::optional<std::string> Planner::why_gone(const ObjectKey& key) const {
    if (const auto exact = gone_.find(key); exact != gone_.end()) return exact->second;
    if (key.object_class != ObjectClass::function || !key.part.empty() || functions_made_.contains(key.name)) return std::nullopt;
    const auto overload = gone_.lower_bound(key);
    if (overload == gone_.end() || overload->first.object_class != key.object_class || overload->first.name != key.name)
        return std::nullopt;
    return overload->second;
}

std::string Planner::what_it_lacks(ProtobufCMessage& message, const Subject& subject) const {
    for (const ObjectKey& key : references(message)) {
        if (key == subject.name.key) continue;
        if (const auto why = why_gone(key)) return "needs " + *why;
    }
    return {};
}

// Vector indexes are index_rules.h's, their attachment and comments the index step's; the extension stays behind.
bool Planner::is_ours_to_make(const PgQuery__Node& node, const Subject& subject) const {
    if (node.node_case == PG_QUERY__NODE__NODE_INDEX_STMT)
        return std::ranges::contains(vector_access_methods, node.index_stmt->access_method);
    return node.node_case == PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT && subject.name.key.name.name == extension_name;
}

bool Planner::is_not_selected(const PgQuery__Node& node, const Subject& subject) const {
    const QualifiedName& name = subject.name.key.name;
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_CREATE_STMT:
        case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT: return !options_.table_moves(name);
        case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT: return sequences_left_.contains(name);
        default: return false;
    }
}

// Whose object is gone: that has been said already.
bool Planner::goes_unsaid(PgQuery__Node& node, const Subject& subject) const {
    if (why_gone(subject.name.owner) || (!subject.creates && why_gone(subject.name.key))) return true;
    return subject.goes_with_any && !what_it_lacks(node.base, {}).empty();
}

std::optional<bool> Planner::privileges_stay(const Subject& subject) {
    const Finding finding{Severity::warning, subject.name.text, "they stay behind with pgvector",
                          "everybody may call what stands in for its functions in pgvector_compat: REVOKE there what must not be"};
    if (!std::ranges::contains(plan_.findings, finding)) plan_.findings.push_back(finding);
    return std::nullopt;
}

void Planner::gone(const Subject& subject, const std::string& why) {
    if (!subject.creates) return;
    const std::string text = subject.name.text + ", " + why;
    gone_.emplace(subject.name.key, text);
    for (const ObjectKey& alias : subject.aliases) gone_.emplace(alias, text);
}

void Planner::cannot_carry(const Subject& subject, const std::string& reason) {
    const bool skip = options_.skip_unsupported;
    gone(subject, "which is left out");
    plan_.findings.push_back({skip ? Severity::warning : Severity::blocking, subject.name.text, (skip ? "left out: it " : "it ") + reason,
                              skip ? "make it on the target by hand once the job is done"
                                   : "rewrite or drop it on the source, or set `schema.unsupported: skip` to go without it"});
}

std::optional<bool> Planner::convert_data_type(const DataTypeResult& result, const Subject& subject) {
    const bool is_table = subject.kind == StatementKind::table;
    names_.holders.insert(result.holders.begin(), result.holders.end());
    plan_.findings.insert(plan_.findings.end(), result.notes.begin(), result.notes.end());
    for (const Obstacle& obstacle : result.obstacles) {
        if (!obstacle.left_out && !is_table) {
            cannot_carry(subject, obstacle.reason);
            return std::nullopt;
        }
        plan_.findings.push_back(obstacle.left_out ? Finding{Severity::warning, obstacle.object, "left out: it " + obstacle.reason,
                                                             "make it on the target by hand once the job is done"}
                                                   : Finding{Severity::blocking, obstacle.object, "it " + obstacle.reason,
                                                             "change it on the source, or exclude the table with `tables.exclude`"});
    }
    return result.changed;
}

// A table that inherits the column may have a default of its own.
bool Planner::convert_bit_default(PgQuery__Node& node) const {
    if (node.node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT || node.alter_table_stmt->n_cmds != 1) return false;
    const PgQuery__AlterTableCmd& command = *node.alter_table_stmt->cmds[0]->alter_table_cmd;
    const QualifiedName table = qualified_name(*node.alter_table_stmt->relation);
    if (command.subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault || command.def == nullptr) return false;
    const auto column = options_.integer_columns.find({table, command.name});
    return column != options_.integer_columns.end() && BitUses::convert_default(*command.def, column->second);
}

std::optional<bool> Planner::convert(PgQuery__Node& node, const Subject& subject) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_CREATE_STMT: {
            const DataTypeResult result = data_types_.table(*node.create_stmt);
            plan_.tables.push_back(subject.name.key.name);
            external_columns_ = result.external_columns;
            return convert_data_type(result, subject);
        }
        case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT: {
            const DataTypeResult result = data_types_.domain(*node.create_domain_stmt);
            const auto changed = convert_data_type(result, subject);
            if (changed && result.vector) names_.domains[subject.name.key.name] = *result.vector;
            return changed;
        }
        case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT: return convert_data_type(data_types_.composite(*node.composite_type_stmt), subject);
        case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT: return convert_data_type(data_types_.range(*node.create_range_stmt), subject);
        default: break;
    }
    if (node.node_case == PG_QUERY__NODE__NODE_GRANT_STMT && is_member(subject.name.key, names_)) return privileges_stay(subject);
    Rewriting rewriting = dependants_.rewrite(node);
    std::string reason = describe(rewriting.uses);
    if (reason.empty()) reason = collision(node);
    if (reason.empty()) reason = what_it_lacks(node.base, subject);
    if (reason.empty() && convert_bit_default(node)) return true;
    if (reason.empty()) reason = bits_.describe(node.base);
    if (!reason.empty()) {
        cannot_carry(subject, reason);
        return std::nullopt;
    }
    for (const std::string& doubt : rewriting.unclear)
        plan_.findings.push_back({Severity::warning, subject.name.text, doubt + ": it is left as it is",
                                  "write '{...}' where a real[] is meant, on the target once the job is done"});
    if (rewriting.notes.contains(std::string(search_bound_note)))
        plan_.findings.push_back({Severity::info, subject.name.text, "it sets hnsw.ef_search: " + std::string(search_bound_note)});
    return carried(std::move(rewriting)).changed;
}

Conversion Planner::carried(Rewriting rewriting) {
    compatibility_.merge(rewriting.functions);
    return {.changed = rewriting.changed, .uses = std::move(rewriting.uses)};
}

// f(vector) and f(halfvec) are both f(real[]).
std::string Planner::collision(const PgQuery__Node& node) {
    if (node.node_case != PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT) return {};
    const Subject on_target = subject_of(node);
    if (signatures_made_.insert(on_target.name.key).second) return {};
    return "would be the second " + on_target.name.text + " on the target, where vectors of all types are real[]";
}

// Before everything else: tables call them in generated columns and checks.
void Planner::add_compatibility() {
    if (compatibility_.empty()) return;
    std::vector<Statement> made{{.kind = StatementKind::schema_object,
                                 .object = "schema " + std::string(compatibility_schema),
                                 .table = {},
                                 .sql = std::string(compatibility_schema_sql)}};
    std::string list;
    for (const CompatibilityFunction* function : compatibility_closure(compatibility_)) {
        made.push_back({.kind = StatementKind::schema_object,
                        .object = std::string(function->object),
                        .table = {},
                        .sql = std::string(function->sql)});
        list += (list.empty() ? "" : ", ") + std::string(function->name);
    }
    plan_.before_rows.insert(plan_.before_rows.begin(), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
    plan_.findings.push_back({Severity::info, "schema " + std::string(compatibility_schema),
                              "is made on the target, with what stands in for functions of pgvector's that are in use: " + list,
                              "see the documentation, \"What becomes of pgvector's SQL\"; `schema.compatibility: false` does without"});
}

std::string Planner::unique(const std::string& object) {
    const int number = ++objects_[object];
    return number == 1 ? object : object + " (" + std::to_string(number) + ")";
}

void Planner::add_before_rows(Statement statement) {
    if (post_data_)
        after_rows_.emplace_back(Turn::objects, std::move(statement));
    else
        plan_.before_rows.push_back(std::move(statement));
}

// A comment on what is made behind the rows goes with it, so that neither is there without the other.
void Planner::add_comment(const Subject& subject, Statement statement) {
    if (const auto found = places_.find(subject.name.key); found != places_.end()) {
        const auto [section, place] = found->second;
        Statement& object = section == Section::keys_and_indexes ? plan_.keys_and_indexes[place] : after_rows_[place].second;
        object.sql += ";\n" + statement.sql;
        return;
    }
    statement.object = unique(subject.name.text);
    if (subject.place == Place::last)
        after_rows_.emplace_back(Turn::last, std::move(statement));
    else
        add_before_rows(std::move(statement));
}

// pg_dump without data has no REFRESH: its views would stay empty.
void Planner::add_refresh(const QualifiedName& view) {
    after_rows_.emplace_back(Turn::refreshes, Statement{.kind = StatementKind::materialized_view_refresh,
                                                        .object = unique("rows of materialized view " + view.text()),
                                                        .table = view,
                                                        .sql = "REFRESH MATERIALIZED VIEW " + view.sql()});
}

// real[] is EXTENDED by default and would try to compress every embedding (FACTS 3).
void Planner::add_external_storage(const QualifiedName& table) {
    std::string sql;
    for (const std::string& column : std::exchange(external_columns_, {})) {
        sql +=
            (sql.empty() ? "ALTER TABLE ONLY " + table.sql() : ",") + " ALTER COLUMN " + quote_identifier(column) + " SET STORAGE EXTERNAL";
    }
    if (sql.empty()) return;
    add_before_rows(
        {.kind = StatementKind::other, .object = unique("storage of table " + table.text()), .table = {}, .sql = std::move(sql)});
}

void Planner::remember(const PgQuery__Node& node, const Subject& subject) {
    const ObjectKey& key = subject.name.key;
    if (key.object_class == ObjectClass::function) functions_made_.insert(key.name);
    if (node.node_case == PG_QUERY__NODE__NODE_INDEX_STMT) index_tables_[key.name] = subject.table;
    for (const ObjectKey& alias : subject.aliases) index_tables_[alias.name] = subject.table;
    if (node.node_case == PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT) materialized_views_.insert(key);
}

// The state of a partition's trigger may stand in front of the trigger, which its table has; and from above a state reaches all below.
Turn turn_of(const Subject& subject, bool of_view) {
    if (subject.kind == StatementKind::trigger) return subject.creates ? Turn::triggers : Turn::trigger_states;
    return subject.place == Place::last ? Turn::last : of_view ? Turn::view_indexes : Turn::objects;
}

void Planner::place(const SqlTree::Statement& source, bool changed, const Subject& subject) {
    Statement statement{
        .kind = subject.kind, .object = {}, .table = subject.table, .sql = changed ? deparse(*source.node) : std::string(source.text)};
    if (source.node->node_case == PG_QUERY__NODE__NODE_COMMENT_STMT) return add_comment(subject, std::move(statement));
    statement.object = unique(subject.name.text);
    if (subject.place == Place::before_rows) return add_before_rows(std::move(statement));
    if (subject.place == Place::with_table && statement.table.name.empty()) {  // ALTER INDEX names no table
        const auto table = index_tables_.find(subject.name.key.name);
        if (table != index_tables_.end()) statement.table = table->second;
    }
    const bool of_view = materialized_views_.contains(relation_key(statement.table));
    const bool of_table = subject.place == Place::with_table && !of_view && !statement.table.name.empty();
    if (subject.creates) {
        places_[subject.name.key] = of_table ? std::pair(Section::keys_and_indexes, plan_.keys_and_indexes.size())
                                             : std::pair(Section::after_rows, after_rows_.size());
    }
    if (of_table)
        plan_.keys_and_indexes.push_back(std::move(statement));
    else
        after_rows_.emplace_back(turn_of(subject, of_view), std::move(statement));
}

void Planner::take(const SqlTree::Statement& statement) {
    PgQuery__Node& node = *statement.node;
    if (settings_.take(node)) return;
    const Subject subject = subject_of(node);
    if (subject.place == Place::nowhere) return;
    // Settings of a table's own statement (REPLICA IDENTITY FULL, FORCE ROW LEVEL SECURITY) come in pre-data.
    post_data_ |= subject.creates && subject.place != Place::before_rows;
    if (is_ours_to_make(node, subject)) return gone(subject, "which belongs to pgvector");
    if (is_not_selected(node, subject)) return gone(subject, "which the job does not move");
    if (goes_unsaid(node, subject)) return gone(subject, "which is left out");
    const bool settings_applied = settings_.apply(node);
    const auto converted = convert(node, subject);
    if (!converted) return;
    remember(node, subject);
    place(statement, settings_applied || *converted, subject);
    add_external_storage(subject.name.key.name);
    if (node.node_case == PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT) add_refresh(subject.name.key.name);
}

}  // namespace

SchemaPlan plan_schema(std::string_view dump, const SchemaOptions& options) {
    const SqlTree tree(without_psql_lines(dump));
    return Planner(options, tree).finish();
}

}  // namespace lantern_migrate::plan
