#include "core/plan/sql_types.h"

#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view text_types[] = {"text", "varchar", "bpchar", "name"};
constexpr std::string_view bit_types[] = {"bit", "varbit"};
constexpr std::string_view number_types[] = {"int2", "int4", "int8", "float4", "float8", "numeric"};
// As the grammar leaves them where they are written without a schema.
constexpr std::string_view loose_text_types[] = {"text", "citext", "name"};

}  // namespace

bool is_vector(SqlType type) { return type == SqlType::vector || type == SqlType::halfvec || type == SqlType::sparsevec; }

bool is_settled_otherwise(SqlType type) {
    return type == SqlType::text || type == SqlType::numbers || type == SqlType::other || type == SqlType::bits;
}

VectorType vector_type(SqlType type) {
    switch (type) {
        case SqlType::vector: return VectorType::vector;
        case SqlType::halfvec: return VectorType::halfvec;
        case SqlType::sparsevec: return VectorType::sparsevec;
        case SqlType::vectors: return VectorType::vector_array;
        default: return VectorType::none;
    }
}

SqlType sql_type(const PgQuery__TypeName& type, const ExtensionNames& names) {
    const QualifiedName name = qualified_name({type.names, type.n_names});
    VectorType found = vector_type(type, names);
    if (found == VectorType::none) {
        // In a body, a domain may be named without its schema.
        const auto domain = name.schema.empty() && names.unqualified
                                ? std::ranges::find(names.domains, name.name, [](const auto& entry) { return entry.first.name; })
                                : names.domains.find(name);
        if (domain != names.domains.end()) found = type.n_array_bounds == 0 ? domain->second : VectorType::vector_array;
    }
    switch (found) {
        case VectorType::vector: return SqlType::vector;
        case VectorType::halfvec: return SqlType::halfvec;
        case VectorType::sparsevec: return SqlType::sparsevec;
        case VectorType::none: break;
        default: return SqlType::vectors;
    }
    if (type.pct_type != 0) return SqlType::unknown;
    const bool builtin = name.schema == "pg_catalog";
    // float8[], and not double precision[]: the grammar leaves it as it is written.
    const bool plain = builtin || name.schema.empty();
    if (plain && std::ranges::contains(number_types, name.name)) return type.n_array_bounds > 0 ? SqlType::numbers : SqlType::other;
    if (type.n_array_bounds > 0) return SqlType::other;
    if (builtin && std::ranges::contains(bit_types, name.name)) return SqlType::bits;
    if (builtin && std::ranges::contains(text_types, name.name)) return SqlType::text;
    if (name.schema.empty() && std::ranges::contains(loose_text_types, name.name)) return SqlType::text;
    if (name.schema.empty() && std::ranges::contains(bit_types, name.name)) return SqlType::bits;  // "bit": pg_dump writes it so
    return SqlType::other;
}

void KnownObjects::add_columns(const PgQuery__Node& element, NamedTypes& columns) const {
    if (element.node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE) {
        if (const NamedTypes* like = relation(qualified_name(*element.table_like_clause->relation)))
            columns.insert(columns.end(), like->begin(), like->end());
    } else if (element.node_case == PG_QUERY__NODE__NODE_COLUMN_DEF) {
        const PgQuery__ColumnDef& column = *element.column_def;
        const SqlType type = column.type_name == nullptr ? SqlType::unknown : sql_type(*column.type_name, names_);
        const auto inherited = std::ranges::find(columns, std::string_view(column.colname), &NamedTypes::value_type::first);
        if (inherited == columns.end()) columns.emplace_back(column.colname, type);
    }
}

void KnownObjects::declare(const PgQuery__CreateStmt& table) {
    NamedTypes columns;
    for (std::size_t i = 0; i < table.n_inh_relations; ++i) {
        const PgQuery__Node& parent = *table.inh_relations[i];
        if (parent.node_case != PG_QUERY__NODE__NODE_RANGE_VAR) continue;
        if (const NamedTypes* inherited = relation(qualified_name(*parent.range_var)))
            columns.insert(columns.end(), inherited->begin(), inherited->end());
    }
    for (std::size_t i = 0; i < table.n_table_elts; ++i) add_columns(*table.table_elts[i], columns);
    declare(qualified_name(*table.relation), std::move(columns));
}

void KnownObjects::redeclare(const QualifiedName& name, NamedTypes columns) {
    std::map<std::string, NamedTypes>& named = relations_[name.name];
    const bool only = name.schema.empty() && named.size() == 1;
    (only ? named.begin()->second : named[name.schema]) = std::move(columns);
}

NamedTypes KnownObjects::trigger_row(const QualifiedName& function) const {
    NamedTypes row;
    const auto tables = trigger_tables_.find(function);
    if (tables == trigger_tables_.end()) return row;
    for (const QualifiedName& table : tables->second) {
        const NamedTypes* columns = relation(table);
        if (columns != nullptr) row.insert(row.end(), columns->begin(), columns->end());
    }
    return row;
}

void KnownObjects::declare(const PgQuery__CreateFunctionStmt& statement) {
    const QualifiedName name = qualified_name({statement.funcname, statement.n_funcname});
    functions_[name.name].emplace_back(name.schema, describe(statement));
}

KnownFunction KnownObjects::describe(const PgQuery__CreateFunctionStmt& statement) const {
    KnownFunction function;
    if (statement.return_type != nullptr) function.result = sql_type(*statement.return_type, names_);
    for (std::size_t i = 0; i < statement.n_parameters; ++i) {
        const PgQuery__FunctionParameter& parameter = *statement.parameters[i]->function_parameter;
        const SqlType type = parameter.arg_type == nullptr ? SqlType::unknown : sql_type(*parameter.arg_type, names_);
        const bool gives = parameter.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
                           parameter.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE ||
                           parameter.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT;
        if (gives) function.columns.emplace_back(parameter.name, type);
        // CALL names those too that a procedure gives back.
        if (!gives || parameter.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT || statement.is_procedure != 0) {
            function.parameters.emplace_back(parameter.name, type);
        }
    }
    for (std::size_t i = 0; i < statement.n_options; ++i) {
        const PgQuery__DefElem& option = *statement.options[i]->def_elem;
        if (std::string_view(option.defname) == "volatility") function.steady = std::string_view(option.arg->string->sval) != "volatile";
    }
    if (function.columns.size() == 1) function.result = function.columns.front().second;
    return function;
}

const NamedTypes* KnownObjects::relation(const QualifiedName& name) const {
    const auto named = relations_.find(name.name);
    if (named == relations_.end()) return nullptr;
    if (name.schema.empty()) return named->second.size() == 1 ? &named->second.begin()->second : nullptr;
    if (const auto exact = named->second.find(name.schema); exact != named->second.end()) return &exact->second;
    const auto loose = named->second.find("");
    return loose == named->second.end() ? nullptr : &loose->second;
}

std::vector<const KnownFunction*> KnownObjects::functions(const QualifiedName& name, std::size_t arguments) const {
    std::vector<const KnownFunction*> found;
    const auto named = functions_.find(name.name);
    if (named == functions_.end()) return found;
    for (const auto& [schema, function] : named->second) {
        const bool here = name.schema.empty() || schema.empty() || schema == name.schema;
        if (here && arguments <= function.parameters.size()) found.push_back(&function);
    }
    return found;
}

}  // namespace lantern_migrate::plan
