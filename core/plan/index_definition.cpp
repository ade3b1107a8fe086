#include "core/plan/index_definition.h"

#include "core/errors.h"
#include "core/plan/extension_uses.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <algorithm>
#include <charconv>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view access_method = "lantern_hnsw";
constexpr std::string_view number_arrays[] = {"integer[]", "double precision[]", "numeric[]"};

// The column that a reference names, if it names one and nothing else.
std::string column_of(const PgQuery__Node& node) {
    if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) return {};
    const std::vector<std::string> parts = texts({node.column_ref->fields, node.column_ref->n_fields});
    return parts.size() == 1 ? parts.front() : std::string{};
}

std::string function_of(const PgQuery__Node& node) {
    if (node.node_case != PG_QUERY__NODE__NODE_FUNC_CALL) return {};
    return qualified_name({node.func_call->funcname, node.func_call->n_funcname}).name;
}

IndexKey key_of(const PgQuery__IndexElem& element) {
    IndexKey key{.column = element.name, .opclass = qualified_name({element.opclass, element.n_opclass}).name};
    const PgQuery__Node* expression = element.expr;
    if (expression == nullptr) return key;
    if (expression->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        const QualifiedName type = qualified_name({expression->type_cast->type_name->names, expression->type_cast->type_name->n_names});
        if (type.name == "vector" || type.name == "halfvec") {
            key.cast = true;
            key.cast_dimensions = declared_dimensions(*expression->type_cast->type_name);
        }
        expression = expression->type_cast->arg;
        if (key.cast) key.column = column_of(*expression);
    }
    key.function = function_of(*expression);
    return key;
}

}  // namespace

IndexDefinition::IndexDefinition(const std::string& sql) : tree_(sql) {
    if (tree_.statements().size() != 1 || tree_.statements().front().node->node_case != PG_QUERY__NODE__NODE_INDEX_STMT) {
        throw SqlError("an index definition is expected to be one CREATE INDEX statement", 1, sql);
    }
    for (std::size_t i = 0; i < statement().n_index_params; ++i) keys_.push_back(key_of(*statement().index_params[i]->index_elem));
}

std::optional<int> IndexDefinition::option(std::string_view name) const {
    for (std::size_t i = 0; i < statement().n_options; ++i) {
        const PgQuery__DefElem& option = *statement().options[i]->def_elem;
        if (option.defname != name || option.arg == nullptr) continue;
        if (option.arg->node_case == PG_QUERY__NODE__NODE_INTEGER) return option.arg->integer->ival;
        if (option.arg->node_case != PG_QUERY__NODE__NODE_STRING) continue;
        const std::string_view text = option.arg->string->sval;
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size()) return value;
    }
    return std::nullopt;
}

std::string IndexDefinition::convert_predicate() {
    if (statement().where_clause == nullptr) return {};
    const ExtensionNames names{.schema = {}, .functions = usual_functions(), .operators = usual_operators(), .unqualified = true};
    return describe(convert_uses(statement().where_clause->base, names, TypePolicy::refuse).uses);
}

std::set<std::string> IndexDefinition::predicate_columns() {
    std::set<std::string> columns;
    if (statement().where_clause == nullptr) return columns;
    walk(statement().where_clause->base, [&](ProtobufCMessage& message) {
        if (const auto* reference = as<PgQuery__ColumnRef>(message, pg_query__column_ref__descriptor)) {
            for (const std::string& part : texts({reference->fields, reference->n_fields})) columns.insert(part);
        }
        return Walk::into;
    });
    return columns;
}

bool IndexDefinition::can_index(const Column& column) {
    return column.vector == VectorType::vector || column.vector == VectorType::halfvec || column.vector == VectorType::sparsevec ||
           column.type == "real[]" || std::ranges::contains(number_arrays, column.type);
}

bool IndexDefinition::keeps_cast(const Column& column) {
    return column.type_oid != column.base_type_oid || std::ranges::contains(number_arrays, column.type);
}

void IndexDefinition::write(const SourceIndex& index, const QualifiedName& opclass, const std::vector<std::pair<std::string, int>>& options,
                            bool keep_cast) {
    PgQuery__IndexStmt& create = statement();
    if (*create.relation->schemaname == '\0') set_text(create.relation->schemaname, index.table.schema);
    if (*create.table_space == '\0' && !index.tablespace.empty()) set_text(create.table_space, index.tablespace);
    create.concurrent = 0;  // nobody reads the table yet
    set_text(create.access_method, access_method);

    PgQuery__IndexElem& element = *create.index_params[0]->index_elem;
    if (element.expr != nullptr && keep_cast) {
        make_real_array(*element.expr->type_cast->type_name, VectorType::vector);
    } else if (element.expr != nullptr) {
        set_text(element.name, keys_.front().column);
        free_node(std::exchange(element.expr, nullptr));
    }
    NodeList opclass_parts{element.opclass, element.n_opclass};
    opclass_parts.clear();
    if (!opclass.schema.empty()) opclass_parts.append(string_node(opclass.schema));
    opclass_parts.append(string_node(opclass.name));

    NodeList list{create.options, create.n_options};
    list.clear();
    for (const auto& [name, value] : options) list.append(option_node(name, value));
}

std::string IndexDefinition::sql() const { return deparse(*tree_.statements().front().node); }

}  // namespace lantern_migrate::plan
