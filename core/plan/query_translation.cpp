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
#include <string_view>
#include <utility>

namespace lantern_migrate::plan {
namespace {

constexpr std::array<std::string_view, 2> access_methods{"hnsw", "ivfflat"};
constexpr std::string_view comment = "-- lantern-migrate: ";
constexpr std::string_view written_note = "what it writes has vectors as {1,2,3}, not as [1,2,3]";

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

bool shows_vector(const NamedTypes& columns) {
    return std::ranges::any_of(columns, [](const auto& column) { return is_vector(column.second) || column.second == SqlType::vectors; });
}

// One line, whatever a literal or a name in it holds: what is behind a line's end is no comment.
std::string commented(std::string line) {
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return std::string(comment) + line + "\n";
}

// A statement about the extension, but for CREATE EXTENSION, which has a counterpart.
bool is_about_extension(const PgQuery__Node& node, std::string_view name) {
    const auto is_name = [&](const PgQuery__Node* object) {
        return object != nullptr && object->node_case == PG_QUERY__NODE__NODE_STRING && object->string->sval == name;
    };
    constexpr auto extension = PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION;
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_ALTER_EXTENSION_STMT: return node.alter_extension_stmt->extname == name;
        case PG_QUERY__NODE__NODE_ALTER_EXTENSION_CONTENTS_STMT: return node.alter_extension_contents_stmt->extname == name;
        case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
            return node.alter_object_schema_stmt->object_type == extension && is_name(node.alter_object_schema_stmt->object);
        case PG_QUERY__NODE__NODE_COMMENT_STMT: return node.comment_stmt->objtype == extension && is_name(node.comment_stmt->object);
        case PG_QUERY__NODE__NODE_DROP_STMT: {
            const PgQuery__DropStmt& drop = *node.drop_stmt;
            return drop.remove_type == extension && std::any_of(drop.objects, drop.objects + drop.n_objects, is_name);
        }
        default: return false;
    }
}

std::string quoted(const PgQuery__RangeVar& table) {
    const std::string schema = table.schemaname;
    return (schema.empty() ? "" : quote_identifier(schema) + ".") + quote_identifier(table.relname);
}

}  // namespace

struct QueryTranslator::Impl {
    explicit Impl(TranslatorOptions given)
        : options(std::move(given)), names(extension_names(options)), dependants(names, {.lantern_schema = options.lantern_schema}) {}

    void declare(const PgQuery__Node&);
    void translate(PgQuery__Node&, TranslatedStatement&);
    void take(Rewriting, PgQuery__Node&, TranslatedStatement&);
    void table(PgQuery__Node&, TranslatedStatement&);
    void index(const PgQuery__IndexStmt&, TranslatedStatement&);
    void declare_column(std::vector<Column>& known, std::string name, const PgQuery__TypeName&) const;
    [[nodiscard]] QualifiedName known_as(const QualifiedName& table) const;
    [[nodiscard]] const std::vector<Column>& columns_of(const QualifiedName& table) const;
    void extension(PgQuery__Node&, TranslatedStatement&);
    // False: it is no setting of pgvector's.
    bool setting(PgQuery__VariableSetStmt&, PgQuery__Node&, TranslatedStatement&);
    bool shown(PgQuery__Node&, TranslatedStatement&);
    void copy(const PgQuery__CopyStmt&, TranslatedStatement&);
    void copy_query(PgQuery__Node&, TranslatedStatement&);

    TranslatorOptions options;
    ExtensionNames names;
    Dependants dependants;
    std::map<QualifiedName, std::vector<Column>> columns;  // for indexes: with their dimensions
};

QueryTranslator::QueryTranslator(TranslatorOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
QueryTranslator::~QueryTranslator() = default;

void QueryTranslator::Impl::declare_column(std::vector<Column>& known, std::string name, const PgQuery__TypeName& type) const {
    const int dimensions = declared_dimensions(type);
    std::erase_if(known, [&](const Column& column) { return column.name == name; });
    known.push_back({.name = std::move(name),
                     .type = display(type) + (dimensions > 0 ? "(" + std::to_string(dimensions) + ")" : ""),
                     .type_modifier = dimensions > 0 ? dimensions : -1,
                     .vector = plan::vector_type(sql_type(type, names))});
}

void QueryTranslator::Impl::declare(const PgQuery__Node& node) {
    dependants.declare(node);
    if (node.node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT) {
        const PgQuery__AlterTableStmt& alter = *node.alter_table_stmt;
        for (std::size_t i = 0; i < alter.n_cmds; ++i) {
            const PgQuery__AlterTableCmd& command = *alter.cmds[i]->alter_table_cmd;
            const bool column = command.def != nullptr && command.def->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF;
            if (!column || command.def->column_def->type_name == nullptr) continue;
            const bool is_new = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn;
            const QualifiedName table = known_as(qualified_name(*alter.relation));
            declare_column(columns[table], is_new ? command.def->column_def->colname : command.name, *command.def->column_def->type_name);
        }
    }
    if (node.node_case != PG_QUERY__NODE__NODE_CREATE_STMT) return;
    std::vector<Column>& known = columns[qualified_name(*node.create_stmt->relation)];
    known.clear();
    for (std::size_t i = 0; i < node.create_stmt->n_table_elts; ++i) {
        if (node.create_stmt->table_elts[i]->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF) continue;
        const PgQuery__ColumnDef& column = *node.create_stmt->table_elts[i]->column_def;
        if (column.type_name != nullptr) declare_column(known, column.colname, *column.type_name);
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
    result.notes.emplace_back(declaration_note);
    for (const std::string& column : converted.external_columns) {
        result.notes.push_back("ALTER TABLE " + quoted(*node.create_stmt->relation) + " ALTER COLUMN " + quote_identifier(column) +
                               " SET STORAGE EXTERNAL keeps the server from trying to compress it");
    }
}

// By its name alone where only one table has it.
QualifiedName QueryTranslator::Impl::known_as(const QualifiedName& table) const {
    if (columns.contains(table)) return table;
    const auto same = [&](const auto& entry) {
        return entry.first.name == table.name && (table.schema.empty() || entry.first.schema.empty());
    };
    return std::ranges::count_if(columns, same) == 1 ? std::ranges::find_if(columns, same)->first : table;
}

const std::vector<Column>& QueryTranslator::Impl::columns_of(const QualifiedName& table) const {
    static const std::vector<Column> none;
    const auto found = columns.find(known_as(table));
    return found == columns.end() ? none : found->second;
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
        if (opclass.empty() && source.method == "hnsw")
            return result.problems.push_back("names no operator class, and hnsw has no default: pgvector refuses it too");
        source.opclasses.push_back(opclass.empty() ? "vector_l2_ops" : opclass);
    }
    config::IndexSpec indexes;
    indexes.inner_product = config::InnerProductPolicy::cosine;
    const IndexTranslation translation =
        translate_index(source, columns_of(source.table), {.indexes = indexes, .lantern_schema = options.lantern_schema});
    if (translation.outcome == TranslationOutcome::awaits_norms) {
        // A job waits for the rows; here nothing but a declaration tells.
        const bool declared = std::ranges::contains(columns_of(source.table), translation.column, &Column::name);
        return result.problems.push_back(declared ? "the column declares no dimensions, and an index of Lantern's states them"
                                                  : "the column's dimensions are not known; give the schema (--schema FILE)");
    }
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
    if (known == nullptr || !shows_vector(*known)) return;
    result.uses_pgvector = true;
    result.notes.emplace_back(copy.is_from != 0 ? std::string_view("what it reads has to have vectors as {1,2,3}, not as [1,2,3]")
                                                : written_note);
}

void QueryTranslator::Impl::copy_query(PgQuery__Node& node, TranslatedStatement& result) {
    const auto outputs = dependants.types().outputs(*node.copy_stmt->query, {});
    take(dependants.rewrite(node), node, result);
    if (!outputs || !shows_vector(*outputs) || !result.problems.empty()) return;
    result.uses_pgvector = true;
    result.notes.emplace_back(written_note);
}

bool QueryTranslator::Impl::setting(PgQuery__VariableSetStmt& set, PgQuery__Node& node, TranslatedStatement& result) {
    const std::string name = set.name == nullptr ? "" : set.name;
    if (!is_setting(name)) return false;
    result.uses_pgvector = true;
    std::set<std::string> notes;
    if (!rename_setting(set, notes)) {
        result.problems.push_back("sets " + name + ", which Lantern does not have");
        return true;
    }
    result.notes.assign(notes.begin(), notes.end());
    result.sql = deparse(node);
    return true;
}

void QueryTranslator::Impl::translate(PgQuery__Node& node, TranslatedStatement& result) {
    if (is_about_extension(node, "vector")) {
        result.uses_pgvector = true;
        result.problems.emplace_back("is about extension vector, which the target does not have");
        return;
    }
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
        case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
            if (setting(*node.alter_system_stmt->setstmt, node, result)) return;
            break;
        case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
            if (shown(node, result)) return;
            break;
        case PG_QUERY__NODE__NODE_COPY_STMT:
            return node.copy_stmt->query == nullptr ? copy(*node.copy_stmt, result) : copy_query(node, result);
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
