// The part of Rewriter for casts to and from pgvector's types.
#include "core/plan/compatibility.h"
#include "core/plan/query_rewriter.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <utility>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view parameter_note = "send the parameter as '{1,2,3}', not as '[1,2,3]'";
constexpr std::string_view order_note = "the index is on the column itself: no cast in front of the operator";
constexpr std::string_view column_note =
    "a column that nothing declares is taken for a vector, and its cast left off: of a text, write pgvector_compat.to_vector(x)";
constexpr std::string_view elements_note = "nothing checks the array's elements here any more";
constexpr std::string_view dimensions_note = "nothing checks the vector's length here any more";

bool is_number_list(const PgQuery__Node& node) { return node.node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR; }

bool is_number(const PgQuery__Node* node) {
    return node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->isnull == 0 &&
           (node->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL || node->a_const->val_case == PG_QUERY__A__CONST__VAL_FVAL);
}

// Nothing in it that a vector would refuse.
bool is_list_of_constants(const PgQuery__AArrayExpr& array) {
    return array.n_elements > 0 && std::all_of(array.elements, array.elements + array.n_elements, is_number);
}

bool is_double(const PgQuery__TypeName& type) {
    return type.n_array_bounds == 0 && qualified_name({type.names, type.n_names}).name == "float8";
}

}  // namespace

// v::vector(3): its length as an error would have told it.
void Rewriter::check_dimensions(PgQuery__Node& value, int dimensions) {
    if (dimensions == 0) return;
    if (!can("with_dimensions")) return static_cast<void>(found_.notes.emplace(dimensions_note));
    wrap(value, "with_dimensions");
    NodeList{value.func_call->args, value.func_call->n_args}.append(integer_constant_node(dimensions));
}

void Rewriter::drop_cast(PgQuery__Node& node) {
    PgQuery__Node* whole = take(node);
    put(node, std::exchange(whole->type_cast->arg, nullptr));
    free_node(whole);
    found_.changed = true;
}

void Rewriter::cast(PgQuery__Node& node, const Scope& scope, Place place) {
    PgQuery__TypeCast& cast = *node.type_cast;
    PgQuery__Node& value = *cast.arg;
    const VectorType declared = plan::vector_type(*cast.type_name, names_);
    const SqlType to = sql_type(*cast.type_name, names_);
    const SqlType from = types_.of(&value, scope);
    if (place == Place::order && is_double(*cast.type_name) && orders_as_index(value, scope)) {
        drop_cast(node);
        return expression(&node, scope, place);
    }
    if (declared == VectorType::none || !is_vector(to)) {
        const bool rows = to == SqlType::text && is_row_with_vectors(value, scope);
        row_of_type(*cast.type_name, value);
        expression(&value, scope);
        if (rows) found_.uses.push_back({UseKind::cast, "text of a row with vectors"});
        if (to == SqlType::text) convert(value, from, to);
        return;
    }
    if (from == SqlType::untyped) return expression(&value, scope);  // a literal is convert_uses()'s
    if (is_number_list(value)) return cast_numbers(node, to, scope);
    cast_to_vector(node, to, from, scope, place);
}

// ARRAY[1,2,3]::vector(3)
void Rewriter::cast_numbers(PgQuery__Node& node, SqlType to, const Scope& scope) {
    PgQuery__TypeCast& cast = *node.type_cast;
    expression(cast.arg, scope);
    if (to == SqlType::halfvec && !can("to_halfvec")) {
        found_.uses.push_back({UseKind::cast, display(qualified_name({cast.type_name->names, cast.type_name->n_names}))});
    }
    const int dimensions = declared_dimensions(*cast.type_name);
    const bool fits = dimensions == static_cast<int>(cast.arg->a_array_expr->n_elements);
    if (!is_list_of_constants(*cast.arg->a_array_expr) && can("array_to_vector")) {
        drop_cast(node);
        wrap(node, "array_to_vector");
    } else {
        if (!is_list_of_constants(*cast.arg->a_array_expr)) found_.notes.emplace(elements_note);
        make_real_array(*cast.type_name, VectorType::vector);
        found_.changed = true;
    }
    if (to == SqlType::halfvec && can("to_halfvec")) wrap(node, "to_halfvec");
    if (!fits) check_dimensions(node, dimensions);
}

void Rewriter::cast_to_vector(PgQuery__Node& node, SqlType to, SqlType from, const Scope& scope, Place place) {
    PgQuery__TypeCast& cast = *node.type_cast;
    PgQuery__Node& value = *cast.arg;
    const bool parameter = value.node_case == PG_QUERY__NODE__NODE_PARAM_REF && from == SqlType::unknown;
    // A body's or an application's column that nobody declared: what else would be cast to a vector without quotes?
    const bool of_column = value.node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
    const bool column = of_column && from == SqlType::unknown && names_.unqualified;
    std::string_view reader;
    if (from == SqlType::text) reader = "to_vector";
    if (from == SqlType::numbers) reader = "array_to_vector";
    const bool rounds = to == SqlType::halfvec && from != SqlType::halfvec;
    const bool ordering = place == Place::order && reader.empty();
    expression(&value, scope, ordering ? Place::order : Place::value);
    const bool possible = is_vector(from) || parameter || column || can(reader);
    if (!possible || (rounds && !ordering && !can("to_halfvec"))) return;  // convert_uses() reports it
    const int dimensions = declared_dimensions(*cast.type_name);
    if (!reader.empty()) wrap(value, reader);
    if (parameter) {
        make_real_array(*cast.type_name, VectorType::vector);
        found_.notes.emplace(parameter_note);
        found_.changed = true;
    } else {
        if (column) found_.notes.emplace(column_note);
        drop_cast(node);
    }
    if (ordering) {
        if (of_column) found_.notes.emplace(order_note);
        return;
    }
    if (rounds) wrap(node, "to_halfvec");
    check_dimensions(node, dimensions);
}

// [1,2,3], as it always was.
void Rewriter::cast_to_text(PgQuery__Node& value, SqlType from) {
    if (from != SqlType::sparsevec && can("to_text")) return wrap(value, "to_text");
    found_.uses.push_back({UseKind::cast, "text of " + display({names_.schema, from == SqlType::sparsevec ? "sparsevec" : "vector"})});
}

}  // namespace lantern_migrate::plan
