#include "core/plan/query_rewriter.h"

#include "core/plan/compatibility.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"
#include "core/plan/vector_literal.h"

#include <algorithm>
#include <utility>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view literal_note = "vectors are written '{1,2,3}', not '[1,2,3]'";
constexpr std::string_view parameter_note = "send the parameter as '{1,2,3}', not as '[1,2,3]'";

// The array that a literal says, whichever of the types it is of. `unknown` and `untyped`: as it reads.
std::optional<std::string> array_literal(std::string_view text, SqlType type) {
    if (vector_type(type) != VectorType::none && type != SqlType::vectors) return to_array_literal(text, vector_type(type));
    const auto dense = to_array_literal(text, VectorType::vector);
    return dense ? dense : to_array_literal(text, VectorType::sparsevec);
}

bool reads_as_vector(const PgQuery__Node* node) {
    const char* text = string_constant(node);
    return text != nullptr && array_literal(text, SqlType::unknown).has_value();
}

// A word that a program puts a vector into, or something else: '%s', '[:v]', '{}', '?'.
bool is_template(const PgQuery__Node* node) {
    const char* text = string_constant(node);
    return text != nullptr && std::string_view(text).find_first_of("%{[:$?<") != std::string_view::npos;
}

bool is_distance(std::string_view name) {
    const OperatorRule* rule = operator_rule(name);
    return rule != nullptr && rule->form == OperatorForm::squared_distance;
}

// What a choice gives one of.
std::vector<PgQuery__Node*> choices(const PgQuery__Node& node) {
    std::vector<PgQuery__Node*> values;
    const auto add = [&](PgQuery__Node* const* nodes, std::size_t count) { values.insert(values.end(), nodes, nodes + count); };
    if (node.node_case == PG_QUERY__NODE__NODE_COALESCE_EXPR) add(node.coalesce_expr->args, node.coalesce_expr->n_args);
    if (node.node_case == PG_QUERY__NODE__NODE_MIN_MAX_EXPR) add(node.min_max_expr->args, node.min_max_expr->n_args);
    if (node.node_case == PG_QUERY__NODE__NODE_CASE_EXPR) {
        for (std::size_t i = 0; i < node.case_expr->n_args; ++i) values.push_back(node.case_expr->args[i]->case_when->result);
        if (node.case_expr->defresult != nullptr) values.push_back(node.case_expr->defresult);
    }
    return values;
}

bool is(const PgQuery__Node* node, PgQuery__Node__NodeCase node_case) { return node != nullptr && node->node_case == node_case; }

}  // namespace

void Rewriting::add(Rewriting&& other) {
    changed |= other.changed;
    uses.insert(uses.end(), other.uses.begin(), other.uses.end());
    functions.merge(other.functions);
    notes.merge(other.notes);
    unclear.merge(other.unclear);
}

Rewriting Rewriter::rewrite(ProtobufCMessage& message, const Scope& scope, TypePolicy policy) {
    found_ = {};
    settled_.clear();
    if (auto* node = as<PgQuery__Node>(message, pg_query__node__descriptor))
        expression(node, scope);
    else
        descend(message, scope);
    Conversion rest = convert_uses(message, names_, policy, settled_);
    found_.changed |= rest.changed;
    found_.uses.insert(found_.uses.end(), rest.uses.begin(), rest.uses.end());
    return std::exchange(found_, {});
}

Rewriting Rewriter::rewrite_value(PgQuery__Node& node, SqlType type, const Scope& scope) {
    found_ = {};
    settled_.clear();
    assign(&node, type, scope);
    Conversion rest = convert_uses(node.base, names_, TypePolicy::convert, settled_);
    found_.changed |= rest.changed;
    found_.uses.insert(found_.uses.end(), rest.uses.begin(), rest.uses.end());
    return std::exchange(found_, {});
}

void Rewriter::expression(PgQuery__Node* node, const Scope& scope, Place place) {
    if (node == nullptr || statement(*node, scope)) return;
    switch (node->node_case) {
        case PG_QUERY__NODE__NODE_A_EXPR: return operator_(*node, scope, place);
        case PG_QUERY__NODE__NODE_FUNC_CALL: return call(*node, scope);
        case PG_QUERY__NODE__NODE_TYPE_CAST: return cast(*node, scope, place);
        case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        case PG_QUERY__NODE__NODE_CASE_EXPR:
        case PG_QUERY__NODE__NODE_A_ARRAY_EXPR: return alternatives(*node, scope);
        case PG_QUERY__NODE__NODE_SORT_BY: return sort(*node, scope, Place::value);
        case PG_QUERY__NODE__NODE_A_INDIRECTION:
            // Of real[][], [1] is NULL.
            if (types_.of(node->a_indirection->arg, scope) == SqlType::vectors)
                found_.uses.push_back({UseKind::operator_, "[] of an array of vectors"});
            return descend(node->base, scope);
        case PG_QUERY__NODE__NODE_SUB_LINK:
            // '[1,2,3]' IN (SELECT v ...)
            if (const auto columns = types_.outputs(*node->sub_link->subselect, scope); columns && columns->size() == 1)
                beside(node->sub_link->testexpr, types_.of(node->sub_link->testexpr, scope), columns->front().second);
            return descend(node->base, scope);
        default: descend(node->base, scope);
    }
}

bool Rewriter::is_extension_operator(const QualifiedName& name, SqlType left, SqlType right, const PgQuery__AExpr& expression) const {
    const OperatorRule* rule = operator_rule(name.name);
    if (rule == nullptr || expression.lexpr == nullptr || !names_.owns(name)) return false;
    if (!name.schema.empty() && !names_.operators.contains(name.name)) return false;
    const auto is_array = [](SqlType type) { return type == SqlType::text || type == SqlType::vectors; };
    if (name.name == "||" && (is_array(left) || is_array(right))) return false;  // joins texts, or arrays of vectors
    if (rule->of_bits)
        return left == SqlType::bits || right == SqlType::bits || (!is_vector(left) && !is_vector(right) && rule->distinctive);
    if (is_vector(left) || is_vector(right)) return true;
    if (left == SqlType::vectors || right == SqlType::vectors) return false;
    const auto is_not = [](SqlType type) { return is_settled_otherwise(type) && type != SqlType::numbers; };
    if (is_not(left) || is_not(right)) return false;
    if (reads_as_vector(expression.lexpr) || reads_as_vector(expression.rexpr)) return rule->result != SqlType::vector;
    // pg_trgm's name <-> 'word'; beside an operator that nobody else has, a string is meant for a vector, or is a template of one.
    const bool word = string_constant(expression.lexpr) != nullptr || string_constant(expression.rexpr) != nullptr;
    if (word && (!rule->distinctive || left == SqlType::numbers || right == SqlType::numbers)) return false;
    if (rule->distinctive) return true;
    // <-> is also of points, of phrases of words, of trigrams: a column or parameter that nothing is known of is a vector, what a
    // function gives need not be.
    const auto may_be = [](const PgQuery__Node* node) {
        return is(node, PG_QUERY__NODE__NODE_COLUMN_REF) || is(node, PG_QUERY__NODE__NODE_PARAM_REF);
    };
    return rule->form == OperatorForm::squared_distance && (may_be(expression.lexpr) || may_be(expression.rexpr));
}

void Rewriter::operator_(PgQuery__Node& node, const Scope& scope, Place place) {
    PgQuery__AExpr& operation = *node.a_expr;
    const QualifiedName name = qualified_name({operation.name, operation.n_name});
    const SqlType left = types_.of(operation.lexpr, scope), right = types_.of(operation.rexpr, scope);
    const bool plain = operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP;
    if (!plain || !is_extension_operator(name, left, right, operation)) {
        const auto is_word = [](const PgQuery__Node* side) { return string_constant(side) != nullptr && !reads_as_vector(side); };
        const bool word = is_word(operation.lexpr) || is_word(operation.rexpr);
        if (operator_rule(name.name) != nullptr && (word || is_settled_otherwise(left) || is_settled_otherwise(right)))
            settled_.insert(&operation.base);  // of the same name, and not the extension's
        if (plain && !is_settled_otherwise(left) && !is_settled_otherwise(right) && names_.owns(name) && is_distance(name.name) &&
            (is_template(operation.lexpr) || is_template(operation.rexpr)))
            found_.unclear.insert("cannot tell whether " + name.name + " is of vectors");
        if (plain && name.name == "||") return joined(operation, left, right, scope);
        return comparison(operation, scope);
    }
    const OperatorRule& rule = *operator_rule(name.name);
    // location <-> ST_MakePoint(1, 2): an unknown function may give anything.
    const bool unknown = left == SqlType::unknown && right == SqlType::unknown;
    if (unknown && !rule.distinctive && place == Place::value &&
        (is(operation.lexpr, PG_QUERY__NODE__NODE_FUNC_CALL) || is(operation.rexpr, PG_QUERY__NODE__NODE_FUNC_CALL)))
        found_.unclear.insert("cannot tell whether " + name.name + " is of vectors");
    const bool of_halves = left == SqlType::halfvec || right == SqlType::halfvec;
    if (!rule.of_bits) {
        // Of a side that nothing else is known of, the operator tells.
        literal(operation.lexpr, is_vector(right) || reads_as_vector(operation.lexpr) ? right : SqlType::vector);
        literal(operation.rexpr, is_vector(left) || reads_as_vector(operation.rexpr) ? left : SqlType::vector);
    }
    const bool served = rule.form == OperatorForm::squared_distance || rule.form == OperatorForm::same_distance;
    const Place inner = served && place == Place::order ? Place::order : Place::value;
    for (PgQuery__Node* side : {operation.lexpr, operation.rexpr}) {
        if (is(side, PG_QUERY__NODE__NODE_PARAM_REF) && !rule.of_bits) found_.notes.emplace(parameter_note);
        expression(side, scope, inner);
    }
    if (of_halves) round_beside_halves({{operation.lexpr, left}, {operation.rexpr, right}});
    if (served) return distance(node, rule, place);
    const std::string_view function = of_halves && !rule.half_function.empty() ? rule.half_function : rule.function;
    if (replace_by_call(node, function)) {
        found_.notes.emplace(rule.note);
    } else {
        found_.uses.push_back({UseKind::operator_, display(name)});
        settled_.insert(&operation.base);
    }
}

// Of what joins and is not pgvector's: a vector beside a text is one.
void Rewriter::joined(PgQuery__AExpr& operation, SqlType left, SqlType right, const Scope& scope) {
    // An empty real[][] has one dimension only, and takes what is joined to it for its elements.
    if ((left == SqlType::vectors && is_vector(right)) || (is_vector(left) && right == SqlType::vectors))
        found_.uses.push_back({UseKind::operator_, "|| of an array of vectors"});
    comparison(operation, scope);
    if (left == SqlType::text && is_vector(right)) cast_to_text(*operation.rexpr, right);
    if (is_vector(left) && right == SqlType::text) cast_to_text(*operation.lexpr, left);
}

void Rewriter::distance(PgQuery__Node& node, const OperatorRule& rule, Place place) {
    PgQuery__AExpr& operation = *node.a_expr;
    NodeList parts{operation.name, operation.n_name};
    parts.clear();
    if (!options_.lantern_schema.empty()) parts.append(string_node(options_.lantern_schema));
    parts.append(string_node(rule.name));
    settled_.insert(&operation.base);
    found_.changed = true;
    found_.notes.emplace(rule.note);
    if (place == Place::order) return;
    PgQuery__Node* inner = take(node);
    put(node, rule.form == OperatorForm::squared_distance ? call_node({"", "sqrt"}, {inner}) : cast_node(inner, "float8"));
}

bool Rewriter::replace_by_call(PgQuery__Node& node, std::string_view function) {
    if (!can(function)) return false;
    PgQuery__Node* whole = take(node);
    PgQuery__Node* left = std::exchange(whole->a_expr->lexpr, nullptr);
    PgQuery__Node* right = std::exchange(whole->a_expr->rexpr, nullptr);
    put(node, call_node({std::string(compatibility_schema), std::string(function)}, {left, right}));
    free_node(whole);
    settled_.insert(&node.func_call->base);
    found_.functions.emplace(function);
    found_.changed = true;
    return true;
}

void Rewriter::wrap(PgQuery__Node& node, std::string_view function) {
    PgQuery__Node* inner = take(node);
    put(node, call_node({std::string(compatibility_schema), std::string(function)}, {inner}));
    settled_.insert(&node.func_call->base);
    found_.functions.emplace(function);
    found_.changed = true;
}

void Rewriter::beside(PgQuery__Node* value, SqlType own, SqlType other) {
    if (is_vector(other)) literal(value, other);
    if (other == SqlType::unknown && !is_vector(own) && !is_settled_otherwise(own)) doubt(value);
}

// (v, id) = ('[1,2,3]', 5), and IN of such.
void Rewriter::rows(PgQuery__Node* left, PgQuery__Node* right, const Scope& scope) {
    if (is(right, PG_QUERY__NODE__NODE_LIST)) {
        for (std::size_t i = 0; i < right->list->n_items; ++i) rows(left, right->list->items[i], scope);
        return;
    }
    if (!is(left, PG_QUERY__NODE__NODE_ROW_EXPR) || !is(right, PG_QUERY__NODE__NODE_ROW_EXPR)) return;
    for (std::size_t i = 0; i < left->row_expr->n_args && i < right->row_expr->n_args; ++i) {
        PgQuery__Node *one = left->row_expr->args[i], *other = right->row_expr->args[i];
        const SqlType type = types_.of(one, scope), other_type = types_.of(other, scope);
        beside(one, type, other_type);
        beside(other, other_type, type);
    }
}

// Arrays compare as vectors do; what stands beside a vector must be written as one.
void Rewriter::comparison(PgQuery__AExpr& operation, const Scope& scope) {
    rows(operation.lexpr, operation.rexpr, scope);
    const SqlType left = types_.of(operation.lexpr, scope);
    const bool list = is(operation.rexpr, PG_QUERY__NODE__NODE_LIST);
    const std::vector<SqlType> rights = list ? types_.of_all(operation.rexpr->list->items, operation.rexpr->list->n_items, scope)
                                             : std::vector{types_.of(operation.rexpr, scope)};
    // LIKE, ~, @> and the like are of vectors only if somebody made them so.
    const std::string name = qualified_name({operation.name, operation.n_name}).name;
    const bool between = operation.kind >= PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN;
    const bool may_compare = between || is_comparison(name) || operator_rule(name) != nullptr;
    const auto judge = [&](PgQuery__Node* value, SqlType own, SqlType other) {
        if (may_compare || is_vector(other)) beside(value, own, other);
    };
    const auto vector = std::ranges::find_if(rights, is_vector);
    const auto known = vector != rights.end() ? vector : std::ranges::find(rights, SqlType::unknown);
    if (known != rights.end()) judge(operation.lexpr, left, *known);
    const SqlType other = !is_vector(left) && vector != rights.end() ? *vector : left;
    for (std::size_t i = 0; i < rights.size(); ++i) judge(list ? operation.rexpr->list->items[i] : operation.rexpr, rights[i], other);
    const bool any = operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY || operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL;
    if (any && (is_vector(left) || rights.front() == SqlType::vectors)) {
        // real[][] has no elements that are arrays: ANY would compare with each number.
        found_.uses.push_back({UseKind::operator_, display(qualified_name({operation.name, operation.n_name})) + " ANY of vectors"});
    }
    expression(operation.lexpr, scope);
    if (operation.rexpr != nullptr && list)
        each(operation.rexpr->list->items, operation.rexpr->list->n_items, scope);
    else
        expression(operation.rexpr, scope);
    if (!list && rights.size() == 1) round_beside_halves({{operation.lexpr, left}, {operation.rexpr, rights.front()}});
}

// pgvector casts a vector beside a halfvec to one, which rounds it.
void Rewriter::round_beside_halves(const std::vector<std::pair<PgQuery__Node*, SqlType>>& values) {
    if (std::ranges::none_of(values, [](const auto& value) { return value.second == SqlType::halfvec; })) return;
    for (const auto& [value, type] : values) {
        if (type == SqlType::vector) convert_by(*value, "to_halfvec", SqlType::halfvec);
    }
}

// Where one of several values is a vector, the literals among them are too.
void Rewriter::alternatives(PgQuery__Node& node, const Scope& scope) {
    SqlType type = types_.of(&node, scope);
    std::vector<PgQuery__Node*> values = choices(node);
    if (node.node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
        values.assign(node.a_array_expr->elements, node.a_array_expr->elements + node.a_array_expr->n_elements);
        if (type == SqlType::vectors) type = SqlType::vector;
    }
    if (node.node_case == PG_QUERY__NODE__NODE_CASE_EXPR) {
        const SqlType compared = types_.of(node.case_expr->arg, scope);
        for (std::size_t i = 0; node.case_expr->arg != nullptr && i < node.case_expr->n_args; ++i)
            beside(node.case_expr->args[i]->case_when->expr, SqlType::untyped, compared);
    }
    if (is_vector(type)) {
        for (PgQuery__Node* value : values) literal(value, type);
    }
    const std::vector<SqlType> types = types_.of_all(values.data(), values.size(), scope);
    const bool open = std::ranges::none_of(types, [](SqlType one) { return is_vector(one) || is_settled_otherwise(one); });
    for (std::size_t i = 0; open && std::ranges::contains(types, SqlType::unknown) && i < values.size(); ++i) doubt(values[i]);
    descend(node.base, scope);
}

void Rewriter::doubt(const PgQuery__Node* value) {
    if (value == nullptr) return;
    if (reads_as_vector(value) && !settled_.contains(&value->a_const->base))
        found_.unclear.insert("cannot tell whether '" + std::string(string_constant(value)).substr(0, 40) + "' is a vector");
    for (const PgQuery__Node* one : choices(*value)) doubt(one);
}

void Rewriter::literal(PgQuery__Node* node, SqlType type) {
    if (node != nullptr && is_vector(type)) {
        for (PgQuery__Node* one : choices(*node)) literal(one, type);
    }
    const char* text = string_constant(node);
    if (text == nullptr || type == SqlType::vectors || is_settled_otherwise(type)) return;
    if (settled_.contains(&node->a_const->base)) return;  // it stands beside two vectors, and is an array already
    const auto array = array_literal(text, type);
    if (!array && !is_vector(type)) return;
    if (!array) return found_.uses.push_back({UseKind::literal, display({names_.schema, "vector"})});
    set_text(node->a_const->sval->sval, *array);
    settled_.insert(&node->a_const->base);
    found_.changed = true;
    found_.notes.emplace(literal_note);
}

void Rewriter::convert_by(PgQuery__Node& value, std::string_view function, SqlType type) {
    if (can(function)) return wrap(value, function);
    found_.uses.push_back({UseKind::cast, type == SqlType::halfvec ? "halfvec" : "vector"});
}

void Rewriter::assign(PgQuery__Node* node, SqlType type, const Scope& scope) {
    if (node == nullptr) return;
    const SqlType from = types_.of(node, scope);
    if (is_vector(type)) literal(node, type);
    if (is_vector(type) && is(node, PG_QUERY__NODE__NODE_PARAM_REF)) found_.notes.emplace(parameter_note);
    if (type == SqlType::unknown && !is_settled_otherwise(from)) doubt(node);
    if (type == SqlType::vectors && string_constant(node) != nullptr) found_.uses.push_back({UseKind::literal, "vector[]"});
    for (std::size_t i = 0; is(node, PG_QUERY__NODE__NODE_ROW_EXPR) && i < node->row_expr->n_args; ++i) {
        // Of a composite's fields nothing is known here.
        if (reads_as_vector(node->row_expr->args[i])) found_.unclear.insert("cannot tell whether a string in ROW(...) is a vector");
    }
    expression(node, scope);
    convert(*node, from, type);
}

void Rewriter::convert(PgQuery__Node& value, SqlType from, SqlType to) {
    if (to == SqlType::text && is_vector(from)) cast_to_text(value, from);
    if (to == SqlType::text && from == SqlType::vectors) found_.uses.push_back({UseKind::cast, "text of an array of vectors"});
    // PL/pgSQL reads a text that it assigns; and whoever assigns to a halfvec rounds.
    if (is_vector(to) && from == SqlType::text) convert_by(value, "to_vector", to);
    if (to == SqlType::halfvec && from == SqlType::numbers) convert_by(value, "array_to_vector", to);
    if (to == SqlType::halfvec && (is_vector(from) || from == SqlType::numbers || from == SqlType::text) && from != to)
        convert_by(value, "to_halfvec", to);
}

}  // namespace lantern_migrate::plan
