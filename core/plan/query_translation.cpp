#include "core/plan/query_translation.h"

#include "core/plan/bit_uses.h"
#include "core/plan/compatibility.h"
#include "core/plan/data_types.h"
#include "core/plan/dependants.h"
#include "core/plan/dump_text.h"
#include "core/plan/index_rules.h"
#include "core/plan/sql_tree.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace lantern_migrate::plan {
namespace {

constexpr int lantern_max_ef = 400;
constexpr std::array<std::string_view, 2> access_methods{"hnsw", "ivfflat"};
constexpr std::string_view comment = "-- lantern-migrate: ";

ExtensionNames extension_names(const TranslatorOptions& options) {
    ExtensionNames names{
        .schema = options.vector_schema, .functions = options.functions, .operators = options.operators, .unqualified = true};
    if (names.functions.empty()) names.functions = all_function_names();
    if (names.operators.empty()) names.operators = all_operator_names();
    return names;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

// A job has its tables to itself, and leaves that off.
std::string concurrently(const std::string& index) {
    const SqlTree tree(index);
    PgQuery__Node& node = *tree.statements().front().node;
    node.index_stmt->concurrent = 1;
    return deparse(node);
}

std::string commented(std::string_view line) { return std::string(comment) + std::string(line) + "\n"; }

}  // namespace

struct QueryTranslator::Impl {
    explicit Impl(TranslatorOptions given)
        : options(std::move(given)), names(extension_names(options)), dependants(names, {.lantern_schema = options.lantern_schema}) {}

    void declare(const PgQuery__Node&);
    void translate(PgQuery__Node&, TranslatedStatement&);
    void take(Rewriting, PgQuery__Node&, TranslatedStatement&);
    void table(PgQuery__Node&, TranslatedStatement&);
    void index(const PgQuery__IndexStmt&, TranslatedStatement&);
    [[nodiscard]] const std::vector<Column>& columns_of(const QualifiedName& table) const;
    void extension(PgQuery__Node&, TranslatedStatement&);
    // False: it is no setting of pgvector's.
    bool setting(PgQuery__VariableSetStmt&, PgQuery__Node&, TranslatedStatement&);
    bool shown(PgQuery__Node&, TranslatedStatement&);
    void copy(const PgQuery__CopyStmt&, TranslatedStatement&);

    TranslatorOptions options;
    ExtensionNames names;
    Dependants dependants;
    std::map<QualifiedName, std::vector<Column>> columns;  // for indexes: with their dimensions
};

QueryTranslator::QueryTranslator(TranslatorOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
QueryTranslator::~QueryTranslator() = default;

void QueryTranslator::Impl::declare(const PgQuery__Node& node) {
    dependants.declare(node);
    if (node.node_case != PG_QUERY__NODE__NODE_CREATE_STMT) return;
    std::vector<Column>& known = columns[qualified_name(*node.create_stmt->relation)];
    known.clear();
    for (std::size_t i = 0; i < node.create_stmt->n_table_elts; ++i) {
        if (node.create_stmt->table_elts[i]->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF) continue;
        const PgQuery__ColumnDef& column = *node.create_stmt->table_elts[i]->column_def;
        if (column.type_name == nullptr) continue;
        const int dimensions = declared_dimensions(*column.type_name);
        known.push_back({.name = column.colname,
                         .type = display(*column.type_name) + (dimensions > 0 ? "(" + std::to_string(dimensions) + ")" : ""),
                         .type_modifier = dimensions > 0 ? dimensions : -1,
                         .vector = plan::vector_type(sql_type(*column.type_name, names))});
    }
}

void QueryTranslator::learn(std::string_view schema) {
    const SqlTree tree(without_psql_lines(schema));
    for (const SqlTree::Statement& statement : tree.statements()) impl_->declare(*statement.node);
}

void QueryTranslator::Impl::take(Rewriting rewriting, PgQuery__Node& node, TranslatedStatement& result) {
    for (const ExtensionUse& use : std::set<ExtensionUse>(rewriting.uses.begin(), rewriting.uses.end()))
        result.problems.push_back(use.text() + ", which has no counterpart");
    for (const std::string& doubt : rewriting.unclear)
        result.problems.push_back(doubt + ": nothing is known of the column; give the schema (--schema FILE)");
    // A parameter may have to be sent otherwise where nothing is said otherwise.
    result.uses_pgvector = rewriting.changed || !rewriting.notes.empty() || !result.problems.empty();
    if (!result.problems.empty()) return;
    result.notes.assign(rewriting.notes.begin(), rewriting.notes.end());
    if (!rewriting.changed) return;
    result.sql = deparse(node);
    result.functions = std::move(rewriting.functions);
}

void QueryTranslator::Impl::table(PgQuery__Node& node, TranslatedStatement& result) {
    const BitUses no_bits({});
    std::set<std::string> functions;
    DataTypeConverter converter(names,
                                {.dimension_checks = true,
                                 .leave_out = false,
                                 .missing = [](ProtobufCMessage&) { return std::string(); },
                                 .bits = no_bits,
                                 .rewrite =
                                     [&](ProtobufCMessage& part, const QualifiedName& table, SqlType value) {
                                         Rewriting one = dependants.rewrite_part(part, table, value);
                                         functions.merge(one.functions);
                                         return Conversion{.changed = one.changed, .uses = std::move(one.uses)};
                                     }},
                                {});
    const bool domain = node.node_case == PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT;
    const DataTypeResult converted = domain ? converter.domain(*node.create_domain_stmt) : converter.table(*node.create_stmt);
    for (const Obstacle& obstacle : converted.obstacles) result.problems.push_back(obstacle.object + " " + obstacle.reason);
    result.uses_pgvector = converted.changed || !result.problems.empty();
    if (!converted.changed || !result.problems.empty()) return;
    result.sql = deparse(node);
    result.functions = std::move(functions);
    result.notes.emplace_back("vectors are real[], with a check of their length where it was declared");
    for (const std::string& column : converted.external_columns) {
        result.notes.push_back("ALTER TABLE " + qualified_name(*node.create_stmt->relation).name + " ALTER COLUMN " +
                               quote_identifier(column) + " SET STORAGE EXTERNAL keeps the server from trying to compress it");
    }
}

// By its name alone where only one table has it.
const std::vector<Column>& QueryTranslator::Impl::columns_of(const QualifiedName& table) const {
    static const std::vector<Column> none;
    if (const auto found = columns.find(table); found != columns.end()) return found->second;
    const auto same = [&](const auto& entry) {
        return entry.first.name == table.name && (table.schema.empty() || entry.first.schema.empty());
    };
    if (std::ranges::count_if(columns, same) != 1) return none;
    return std::ranges::find_if(columns, same)->second;
}

void QueryTranslator::Impl::index(const PgQuery__IndexStmt& statement, TranslatedStatement& result) {
    result.uses_pgvector = true;
    SourceIndex source{.name = {statement.relation->schemaname, statement.idxname},
                       .table = qualified_name(*statement.relation),
                       .method = statement.access_method,
                       .definition = result.original};
    for (std::size_t i = 0; i < statement.n_index_params; ++i) {
        const PgQuery__IndexElem& element = *statement.index_params[i]->index_elem;
        const std::string opclass = qualified_name({element.opclass, element.n_opclass}).name;
        // ivfflat has a default; hnsw has none and the server says so.
        source.opclasses.push_back(opclass.empty() ? "vector_l2_ops" : opclass);
    }
    config::IndexSpec indexes;
    indexes.inner_product = config::InnerProductPolicy::cosine;
    const IndexTranslation translation =
        translate_index(source, columns_of(source.table), {.indexes = indexes, .lantern_schema = options.lantern_schema});
    if (translation.outcome != TranslationOutcome::translated) return result.problems.push_back(translation.reason);
    result.sql = translation.sql;
    if (statement.concurrent != 0) result.sql = concurrently(translation.sql);
    if (!translation.reason.empty()) result.notes.push_back(translation.reason);
    for (const Finding& finding : translation.findings) {
        if (!std::ranges::contains(result.notes, finding.reason)) result.notes.push_back(finding.reason);
    }
    if (std::ranges::any_of(source.opclasses, [](const std::string& opclass) { return opclass.ends_with("_ip_ops"); }))
        result.notes.emplace_back("right only if every vector has norm 1: queries that order by <#> then order by <=>");
}

void QueryTranslator::Impl::extension(PgQuery__Node& node, TranslatedStatement& result) {
    PgQuery__CreateExtensionStmt& create = *node.create_extension_stmt;
    set_text(create.extname, "lantern");
    NodeList{create.options, create.n_options}.clear();
    result.uses_pgvector = true;
    result.sql = deparse(node);
}

bool QueryTranslator::Impl::shown(PgQuery__Node& node, TranslatedStatement& result) {
    const std::string name = node.variable_show_stmt->name;
    if (!is_setting(name)) return false;
    result.uses_pgvector = true;
    if (name != search_setting) {
        result.problems.push_back("asks for " + name + ", which Lantern does not have");
        return true;
    }
    set_text(node.variable_show_stmt->name, lantern_search_setting);
    result.sql = deparse(node);
    return true;
}

void QueryTranslator::Impl::copy(const PgQuery__CopyStmt& copy, TranslatedStatement& result) {
    const NamedTypes* known = copy.relation == nullptr ? nullptr : dependants.objects().relation(qualified_name(*copy.relation));
    if (known == nullptr || std::ranges::none_of(*known, [](const auto& column) { return is_vector(column.second); })) return;
    result.uses_pgvector = true;
    result.notes.emplace_back(copy.is_from != 0 ? "what it reads has to have vectors as {1,2,3}, not as [1,2,3]"
                                                : "what it writes has vectors as {1,2,3}, not as [1,2,3]");
}

bool QueryTranslator::Impl::setting(PgQuery__VariableSetStmt& set, PgQuery__Node& node, TranslatedStatement& result) {
    const std::string name = set.name == nullptr ? "" : set.name;
    if (!is_setting(name)) return false;
    result.uses_pgvector = true;
    if (name != search_setting) {
        result.problems.push_back("sets " + name + ", which Lantern does not have");
        return true;
    }
    set_text(set.name, lantern_search_setting);
    if (set.n_args == 1 && set.args[0]->node_case == PG_QUERY__NODE__NODE_A_CONST) {
        PgQuery__AConst& value = *set.args[0]->a_const;
        if (value.val_case == PG_QUERY__A__CONST__VAL_SVAL && std::atoi(value.sval->sval) > lantern_max_ef) {
            set_text(value.sval->sval, std::to_string(lantern_max_ef));
            result.notes.push_back("Lantern takes " + std::to_string(lantern_max_ef) + " at most");
        } else if (value.val_case == PG_QUERY__A__CONST__VAL_IVAL && value.ival->ival > lantern_max_ef) {
            value.ival->ival = lantern_max_ef;
            result.notes.push_back("Lantern takes " + std::to_string(lantern_max_ef) + " at most");
        }
    }
    result.sql = deparse(node);
    return true;
}

void QueryTranslator::Impl::translate(PgQuery__Node& node, TranslatedStatement& result) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_CREATE_STMT:
        case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT: return table(node, result);
        case PG_QUERY__NODE__NODE_INDEX_STMT:
            if (std::ranges::contains(access_methods, node.index_stmt->access_method)) return index(*node.index_stmt, result);
            break;
        case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
            if (std::string_view(node.create_extension_stmt->extname) == "vector") return extension(node, result);
            break;
        case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
            if (setting(*node.variable_set_stmt, node, result)) return;
            break;
        case PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT:
            if (setting(*node.alter_role_set_stmt->setstmt, node, result)) return;
            break;
        case PG_QUERY__NODE__NODE_ALTER_DATABASE_SET_STMT:
            if (setting(*node.alter_database_set_stmt->setstmt, node, result)) return;
            break;
        case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
            if (shown(node, result)) return;
            break;
        case PG_QUERY__NODE__NODE_COPY_STMT:
            if (node.copy_stmt->query == nullptr) return copy(*node.copy_stmt, result);
            break;
        default: break;
    }
    Rewriting rewriting = dependants.rewrite(node);
    // Its functions and its first state are names and texts.
    if (node.node_case == PG_QUERY__NODE__NODE_DEFINE_STMT && rewriting.changed)
        rewriting.uses.push_back({UseKind::type, "vector in a definition"});
    take(std::move(rewriting), node, result);
}

std::vector<TranslatedStatement> QueryTranslator::translate(const std::string& sql) {
    const SqlTree tree(sql);
    for (const SqlTree::Statement& statement : tree.statements()) impl_->declare(*statement.node);
    std::vector<TranslatedStatement> results;
    for (const SqlTree::Statement& statement : tree.statements()) {
        const auto offset = static_cast<std::size_t>(statement.text.data() - tree.text().data());
        TranslatedStatement result{.line = line_at(tree.text(), offset),
                                   .offset = offset,
                                   .original = std::string(statement.text),
                                   .sql = std::string(statement.text)};
        impl_->translate(*statement.node, result);
        results.push_back(std::move(result));
    }
    return results;
}

std::string translated_text(const std::string& sql, const std::vector<TranslatedStatement>& statements) {
    std::string text;
    std::size_t taken = 0;
    for (const TranslatedStatement& statement : statements) {
        if (!statement.uses_pgvector) continue;
        text += sql.substr(taken, statement.offset - taken);
        if (!text.empty() && text.back() != '\n') text += '\n';
        for (const std::string& problem : statement.problems) text += commented("NOT TRANSLATED: " + problem);
        for (const std::string& note : statement.notes) text += commented(note);
        text += statement.sql;
        taken = statement.offset + statement.original.size();
    }
    return text + sql.substr(taken);
}

std::string compatibility_sql(const std::set<std::string>& functions) {
    if (functions.empty()) return {};
    std::string sql = std::string(compatibility_schema_sql) + ";\n";
    for (const CompatibilityFunction* function : compatibility_closure(functions)) sql += std::string(function->sql) + ";\n";
    return sql;
}

}  // namespace lantern_migrate::plan
