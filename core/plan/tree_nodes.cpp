#include "core/plan/tree_nodes.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace lantern_migrate::plan {
namespace {

template <class Message>
Message* make(void (*init)(Message*)) {
    auto* message = static_cast<Message*>(std::malloc(sizeof(Message)));
    if (message == nullptr) throw std::bad_alloc();
    init(message);
    return message;
}

PgQuery__Node* make_node(PgQuery__Node__NodeCase node_case) {
    PgQuery__Node* node = make(pg_query__node__init);
    node->node_case = node_case;
    return node;
}

PgQuery__Node* column_node(std::string_view column) {
    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_COLUMN_REF);
    node->column_ref = make(pg_query__column_ref__init);
    NodeList{node->column_ref->fields, node->column_ref->n_fields}.append(string_node(column));
    return node;
}

}  // namespace

void set_text(char*& field, std::string_view text) {
    if (field != nullptr && field != protobuf_c_empty_string) std::free(field);
    field = static_cast<char*>(std::malloc(text.size() + 1));
    if (field == nullptr) throw std::bad_alloc();
    std::memcpy(field, text.data(), text.size());
    field[text.size()] = '\0';
}

void NodeList::clear() {
    for (PgQuery__Node* node : nodes()) free_node(node);
    std::free(items);
    items = nullptr;
    count = 0;
}

void NodeList::append(PgQuery__Node* node) {
    auto* grown = static_cast<PgQuery__Node**>(std::realloc(items, (count + 1) * sizeof(PgQuery__Node*)));
    if (grown == nullptr) throw std::bad_alloc();
    items = grown;
    items[count++] = node;
}

void NodeList::erase(std::size_t index) {
    free_node(items[index]);
    for (std::size_t i = index + 1; i < count; ++i) items[i - 1] = items[i];
    --count;
}

PgQuery__Node* string_node(std::string_view text) {
    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_STRING);
    node->string = make(pg_query__string__init);
    set_text(node->string->sval, text);
    return node;
}

PgQuery__Node* integer_node(int value) {
    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_INTEGER);
    node->integer = make(pg_query__integer__init);
    node->integer->ival = value;
    return node;
}

PgQuery__Node* integer_constant_node(int value) {
    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_A_CONST);
    node->a_const = make(pg_query__a__const__init);
    node->a_const->val_case = PG_QUERY__A__CONST__VAL_IVAL;
    node->a_const->ival = make(pg_query__integer__init);
    node->a_const->ival->ival = value;
    return node;
}

PgQuery__Node* option_node(std::string_view name, int value) {
    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_DEF_ELEM);
    node->def_elem = make(pg_query__def_elem__init);
    set_text(node->def_elem->defname, name);
    node->def_elem->arg = integer_node(value);
    node->def_elem->defaction = PG_QUERY__DEF_ELEM_ACTION__DEFELEM_UNSPEC;
    return node;
}

PgQuery__Node* clone(const PgQuery__Node& node) {
    std::string packed(pg_query__node__get_packed_size(&node), '\0');
    pg_query__node__pack(&node, reinterpret_cast<std::uint8_t*>(packed.data()));
    PgQuery__Node* copy = pg_query__node__unpack(nullptr, packed.size(), reinterpret_cast<const std::uint8_t*>(packed.data()));
    if (copy == nullptr) throw std::bad_alloc();
    return copy;
}

void free_node(PgQuery__Node* node) { pg_query__node__free_unpacked(node, nullptr); }

PgQuery__Node* call_node(const QualifiedName& function, std::initializer_list<PgQuery__Node*> arguments) {
    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_FUNC_CALL);
    node->func_call = make(pg_query__func_call__init);
    NodeList name{node->func_call->funcname, node->func_call->n_funcname};
    if (!function.schema.empty()) name.append(string_node(function.schema));
    name.append(string_node(function.name));
    for (PgQuery__Node* argument : arguments) NodeList{node->func_call->args, node->func_call->n_args}.append(argument);
    node->func_call->funcformat = PG_QUERY__COERCION_FORM__COERCE_EXPLICIT_CALL;
    return node;
}

PgQuery__Node* cast_node(PgQuery__Node* value, std::string_view builtin_type) {
    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_TYPE_CAST);
    node->type_cast = make(pg_query__type_cast__init);
    node->type_cast->arg = value;
    node->type_cast->type_name = make(pg_query__type_name__init);
    PgQuery__TypeName& type = *node->type_cast->type_name;
    NodeList{type.names, type.n_names}.append(string_node("pg_catalog"));
    NodeList{type.names, type.n_names}.append(string_node(builtin_type));
    type.typemod = -1;
    return node;
}

PgQuery__Node* take(PgQuery__Node& node) {
    PgQuery__Node* content = make_node(PG_QUERY__NODE__NODE__NOT_SET);
    std::swap(*content, node);
    return content;
}

void put(PgQuery__Node& node, PgQuery__Node* content) {
    std::swap(node, *content);
    free_node(content);
}

PgQuery__Node* dimensions_check_node(std::string_view name, std::string_view column, int axis, int dimensions) {
    PgQuery__Node* call = call_node({"", "array_length"}, {column_node(column), integer_constant_node(axis)});

    PgQuery__Node* equals = make_node(PG_QUERY__NODE__NODE_A_EXPR);
    equals->a_expr = make(pg_query__a__expr__init);
    equals->a_expr->kind = PG_QUERY__A__EXPR__KIND__AEXPR_OP;
    NodeList{equals->a_expr->name, equals->a_expr->n_name}.append(string_node("="));
    equals->a_expr->lexpr = call;
    equals->a_expr->rexpr = integer_constant_node(dimensions);

    PgQuery__Node* node = make_node(PG_QUERY__NODE__NODE_CONSTRAINT);
    node->constraint = make(pg_query__constraint__init);
    node->constraint->contype = PG_QUERY__CONSTR_TYPE__CONSTR_CHECK;
    node->constraint->initially_valid = 1;
    set_text(node->constraint->conname, name);
    node->constraint->raw_expr = equals;
    return node;
}

std::vector<std::string> texts(std::span<PgQuery__Node* const> nodes) {
    std::vector<std::string> parts;
    for (const PgQuery__Node* node : nodes) {
        if (node->node_case == PG_QUERY__NODE__NODE_STRING) parts.emplace_back(node->string->sval);
    }
    return parts;
}

QualifiedName qualified_name(std::span<PgQuery__Node* const> nodes) {
    const std::vector<std::string> parts = texts(nodes);
    if (parts.empty()) return {};
    return {parts.size() > 1 ? parts[parts.size() - 2] : std::string{}, parts.back()};
}

QualifiedName qualified_name(const PgQuery__RangeVar& relation) { return {relation.schemaname, relation.relname}; }

std::string display(const QualifiedName& name) { return name.schema.empty() ? name.name : name.text(); }

std::string display(const PgQuery__TypeName& type) {
    // The parser gives the SQL standard's words by their internal names.
    static const std::map<std::string, std::string> words{{"int2", "smallint"},
                                                          {"int4", "integer"},
                                                          {"int8", "bigint"},
                                                          {"float4", "real"},
                                                          {"float8", "double precision"},
                                                          {"bool", "boolean"},
                                                          {"varchar", "character varying"},
                                                          {"bpchar", "character"}};
    QualifiedName name = qualified_name({type.names, type.n_names});
    if (name.schema == "pg_catalog") {
        name.schema.clear();
        if (const auto word = words.find(name.name); word != words.end()) name.name = word->second;
    }
    std::string text = display(name);
    for (std::size_t i = 0; i < type.n_array_bounds; ++i) text += "[]";
    return text;
}

const char* string_constant(const PgQuery__Node* node) {
    if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_A_CONST || node->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL) {
        return nullptr;
    }
    return node->a_const->sval->sval;
}

}  // namespace lantern_migrate::plan
