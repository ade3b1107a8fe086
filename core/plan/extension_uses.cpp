#include "core/plan/extension_uses.h"

#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"
#include "core/plan/vector_literal.h"

#include <algorithm>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view ordinary_operator_classes[] = {"vector_ops", "halfvec_ops", "sparsevec_ops"};  // btree's
constexpr std::string_view distance_operator_classes[] = {
    "vector_l2_ops",        "vector_ip_ops",      "vector_cosine_ops", "vector_l1_ops",    "halfvec_l2_ops",
    "halfvec_ip_ops",       "halfvec_cosine_ops", "halfvec_l1_ops",    "sparsevec_l2_ops", "sparsevec_ip_ops",
    "sparsevec_cosine_ops", "sparsevec_l1_ops",   "bit_hamming_ops",   "bit_jaccard_ops",
};
// real[] compares as vector does: element by element, then by length.
constexpr std::string_view comparison_operators[] = {"=", "<>", "<", "<=", ">", ">="};
constexpr std::string_view number_types[] = {"int2", "int4", "int8", "float4", "float8", "numeric"};

class Converter {
public:
    Converter(const ExtensionNames& names, TypePolicy policy, const std::set<const ProtobufCMessage*>& settled)
        : names_(names), policy_(policy), settled_(settled) {}

    Conversion run(ProtobufCMessage& message) {
        walk(message, [this](ProtobufCMessage& m) { return visit(m); });
        return std::move(found_);
    }

private:
    Walk visit(ProtobufCMessage& message);
    Walk cast(PgQuery__TypeCast&);
    bool converts_literal(PgQuery__TypeCast&, VectorType, bool domain);
    void type(PgQuery__TypeName&);
    void read_type(const PgQuery__TypeName*, std::string_view reader);
    void function(PgQuery__FuncCall&);
    void operator_(NodeList);
    void operator_class(NodeList);
    void named_object(const PgQuery__ObjectWithArgs&);
    void initial_value(const PgQuery__DefineStmt&, std::string_view type_option, std::string_view value_option);

    void report(UseKind kind, const QualifiedName& name) { found_.uses.push_back({kind, display(name)}); }
    // Without a schema, a name that others have too (avg, +) tells nothing.
    [[nodiscard]] bool owns_function(const QualifiedName& name) const {
        return names_.owns(name) && (name.schema.empty() ? usual_functions() : names_.functions).contains(name.name);
    }
    [[nodiscard]] bool owns_operator(const QualifiedName& name) const {
        return names_.owns(name) && (name.schema.empty() ? usual_operators() : names_.operators).contains(name.name);
    }

    const ExtensionNames& names_;
    TypePolicy policy_;
    const std::set<const ProtobufCMessage*>& settled_;
    Conversion found_;
};

Walk Converter::visit(ProtobufCMessage& message) {
    if (settled_.contains(&message)) return Walk::into;
    if (auto* typecast = as<PgQuery__TypeCast>(message, pg_query__type_cast__descriptor)) return cast(*typecast);
    if (auto* type_name = as<PgQuery__TypeName>(message, pg_query__type_name__descriptor)) type(*type_name);
    if (auto* column = as<PgQuery__JsonTableColumn>(message, pg_query__json_table_column__descriptor))
        read_type(column->type_name, "JSON_TABLE");
    if (auto* column = as<PgQuery__RangeTableFuncCol>(message, pg_query__range_table_func_col__descriptor))
        read_type(column->type_name, "XMLTABLE");
    if (auto* output = as<PgQuery__JsonOutput>(message, pg_query__json_output__descriptor)) read_type(output->type_name, "RETURNING");
    if (auto* call = as<PgQuery__FuncCall>(message, pg_query__func_call__descriptor)) function(*call);
    if (auto* expression = as<PgQuery__AExpr>(message, pg_query__a__expr__descriptor)) operator_({expression->name, expression->n_name});
    if (auto* link = as<PgQuery__SubLink>(message, pg_query__sub_link__descriptor)) operator_({link->oper_name, link->n_oper_name});
    if (auto* sort = as<PgQuery__SortBy>(message, pg_query__sort_by__descriptor)) operator_({sort->use_op, sort->n_use_op});
    if (auto* element = as<PgQuery__IndexElem>(message, pg_query__index_elem__descriptor))
        operator_class({element->opclass, element->n_opclass});
    if (auto* element = as<PgQuery__PartitionElem>(message, pg_query__partition_elem__descriptor)) {
        operator_class({element->opclass, element->n_opclass});
    }
    if (auto* object = as<PgQuery__ObjectWithArgs>(message, pg_query__object_with_args__descriptor)) named_object(*object);
    if (auto* define = as<PgQuery__DefineStmt>(message, pg_query__define_stmt__descriptor)) {
        initial_value(*define, "stype", "initcond");
        initial_value(*define, "mstype", "minitcond");
    }
    if (auto* constraint = as<PgQuery__Constraint>(message, pg_query__constraint__descriptor)) {
        // EXCLUDE: pairs of an index element and its operator's name.
        for (std::size_t i = 0; i < constraint->n_exclusions; ++i) {
            PgQuery__Node& pair = *constraint->exclusions[i];
            if (pair.node_case != PG_QUERY__NODE__NODE_LIST || pair.list->n_items < 2) continue;
            PgQuery__Node& name = *pair.list->items[1];
            if (name.node_case == PG_QUERY__NODE__NODE_LIST) operator_({name.list->items, name.list->n_items});
        }
    }
    return Walk::into;
}

bool is_array_of_numbers(const PgQuery__Node& node) {
    if (node.node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) return true;
    if (node.node_case != PG_QUERY__NODE__NODE_TYPE_CAST) return false;
    const PgQuery__TypeName& type = *node.type_cast->type_name;
    const QualifiedName name = qualified_name({type.names, type.n_names});
    return type.n_array_bounds == 1 && name.schema == "pg_catalog" && std::ranges::contains(number_types, name.name);
}

// Of an array, a multirange or a range: the literals without a vector in them.
bool holds_nothing(std::string_view literal) { return literal == "{}" || literal == "empty"; }

bool Converter::converts_literal(PgQuery__TypeCast& typecast, VectorType type, bool domain) {
    PgQuery__Node& argument = *typecast.arg;
    if (argument.node_case == PG_QUERY__NODE__NODE_A_CONST && argument.a_const->isnull) return true;
    if (const char* text = string_constant(&argument)) {
        if (is_array(type) && std::string_view(text) == "{}") return true;
        const auto literal = to_array_literal(text, type, declared_dimensions(*typecast.type_name));
        if (literal) set_text(argument.a_const->sval->sval, *literal);
        return literal.has_value();
    }
    return !domain && !is_array(type) && is_array_of_numbers(argument);
}

Walk Converter::cast(PgQuery__TypeCast& typecast) {
    const QualifiedName name = qualified_name({typecast.type_name->names, typecast.type_name->n_names});
    VectorType type = vector_type(*typecast.type_name, names_);
    const auto domain = names_.domains.find(name);
    const bool is_domain = type == VectorType::none && domain != names_.domains.end() && typecast.type_name->n_array_bounds == 0;
    if (is_domain) type = domain->second;
    const bool constant = string_constant(typecast.arg) != nullptr;
    if (type == VectorType::none && constant && holds_vector(*typecast.type_name, names_) &&
        !holds_nothing(string_constant(typecast.arg))) {
        report(UseKind::literal, name);
    } else if (type == VectorType::none || (is_domain && !constant)) {
        // A cast to the domain stays one; what is cast is looked at.
    } else if (converts_literal(typecast, type, is_domain)) {
        if (!is_domain) make_real_array(*typecast.type_name, type);
        found_.changed = true;
    } else {
        report(constant ? UseKind::literal : UseKind::cast, name);
    }
    walk(typecast.arg->base, [this](ProtobufCMessage& m) { return visit(m); });
    return Walk::over;  // the type has been judged here
}

PgQuery__Node* option_of(const PgQuery__DefineStmt& define, std::string_view name) {
    for (std::size_t i = 0; i < define.n_definition; ++i) {
        const PgQuery__DefElem& option = *define.definition[i]->def_elem;
        if (option.defname == name) return option.arg;
    }
    return nullptr;
}

// What an aggregate starts with is a text, of its state's type.
void Converter::initial_value(const PgQuery__DefineStmt& define, std::string_view type_option, std::string_view value_option) {
    const PgQuery__Node* state = option_of(define, type_option);
    PgQuery__Node* value = option_of(define, value_option);
    if (state == nullptr || state->node_case != PG_QUERY__NODE__NODE_TYPE_NAME || value == nullptr ||
        value->node_case != PG_QUERY__NODE__NODE_STRING || !holds_vector(*state->type_name, names_) || holds_nothing(value->string->sval))
        return;
    const QualifiedName name = qualified_name({state->type_name->names, state->type_name->n_names});
    const auto domain = names_.domains.find(name);
    const VectorType type = domain == names_.domains.end() ? vector_type(*state->type_name, names_) : domain->second;
    const auto literal = to_array_literal(value->string->sval, type);
    if (!literal) return report(UseKind::literal, name);
    set_text(value->string->sval, *literal);
    found_.changed = true;
}

void Converter::type(PgQuery__TypeName& type_name) {
    const QualifiedName name = qualified_name({type_name.names, type_name.n_names});
    const VectorType found = vector_type(type_name, names_);
    if (found == VectorType::none) {
        // CREATE AGGREGATE and CREATE TYPE name functions and operator classes as the grammar names types.
        if (!name.schema.empty() && owns_function(name)) report(UseKind::function, name);
        if (!name.schema.empty() && names_.owns(name) &&
            (std::ranges::contains(ordinary_operator_classes, name.name) || std::ranges::contains(distance_operator_classes, name.name))) {
            report(UseKind::operator_class, name);
        }
        return;
    }
    if (policy_ == TypePolicy::refuse) {
        report(UseKind::type, name);
        return;
    }
    const int dimensions = declared_dimensions(type_name);
    if ((found == VectorType::sparsevec || found == VectorType::sparsevec_array) && dimensions > dense_dimensions_max) {
        report(UseKind::wide_type, {name.schema, name.name + "(" + std::to_string(dimensions) + ")"});
        return;
    }
    make_real_array(type_name, found);
    found_.changed = true;
}

// A vector is read from a text there, "[1,2,3]", of which an array would become NULL.
void Converter::read_type(const PgQuery__TypeName* type_name, std::string_view reader) {
    if (type_name == nullptr || !holds_vector(*type_name, names_)) return;
    report(UseKind::type, {"", display(qualified_name({type_name->names, type_name->n_names})) + " in " + std::string(reader)});
}

void Converter::function(PgQuery__FuncCall& call) {
    const QualifiedName name = qualified_name({call.funcname, call.n_funcname});
    if (!owns_function(name)) return;
    if (name.name != "vector_dims" || call.n_args != 1) {
        report(UseKind::function, name);
        return;
    }
    NodeList parts{call.funcname, call.n_funcname};
    parts.clear();
    parts.append(string_node("array_length"));
    NodeList{call.args, call.n_args}.append(integer_constant_node(1));
    found_.changed = true;
}

void Converter::operator_(NodeList parts) {
    const QualifiedName name = qualified_name(parts.nodes());
    if (!owns_operator(name)) return;
    if (!std::ranges::contains(comparison_operators, name.name)) {
        report(UseKind::operator_, name);
        return;
    }
    parts.clear();
    parts.append(string_node(name.name));
    found_.changed = true;
}

void Converter::operator_class(NodeList parts) {
    const QualifiedName name = qualified_name(parts.nodes());
    if (!names_.owns(name)) return;
    if (std::ranges::contains(ordinary_operator_classes, name.name)) {
        parts.clear();  // the array's own default compares alike
        found_.changed = true;
    } else if (std::ranges::contains(distance_operator_classes, name.name)) {
        report(UseKind::operator_class, name);
    }
}

void Converter::named_object(const PgQuery__ObjectWithArgs& object) {
    const QualifiedName name = qualified_name({object.objname, object.n_objname});
    if (owns_function(name)) report(UseKind::function, name);
    if (owns_operator(name)) report(UseKind::operator_, name);
}

}  // namespace

bool ExtensionNames::owns(const QualifiedName& name) const {
    if (name.schema.empty()) return unqualified;
    return schema.empty() ? unqualified && name.schema != "pg_catalog" : name.schema == schema;
}

const std::set<std::string>& usual_functions() {
    static const std::set<std::string> names = [] {
        std::set<std::string> all{"l2_norm",
                                  "l2_normalize",
                                  "l2_distance",
                                  "inner_product",
                                  "cosine_distance",
                                  "l1_distance",
                                  "hamming_distance",
                                  "jaccard_distance",
                                  "subvector",
                                  "binary_quantize",
                                  "array_to_vector",
                                  "array_to_halfvec",
                                  "array_to_sparsevec",
                                  "vector_dims",
                                  "vector_norm",
                                  "vector_to_float4",
                                  "vector_to_halfvec",
                                  "vector_to_sparsevec",
                                  "halfvec_to_float4",
                                  "halfvec_to_vector",
                                  "halfvec_to_sparsevec",
                                  "sparsevec_to_vector",
                                  "sparsevec_to_halfvec",
                                  "vector_spherical_distance",
                                  "halfvec_spherical_distance"};
        for (const std::string type : {"vector", "halfvec", "sparsevec"}) {
            all.insert(type);  // written as a call, a cast
            for (const char* of_type : {"_in", "_out", "_recv", "_send", "_typmod_in", "_lt", "_le", "_eq", "_ne", "_ge", "_gt", "_cmp",
                                        "_l2_squared_distance", "_negative_inner_product"})
                all.insert(type + of_type);
        }
        for (const std::string type : {"vector", "halfvec"}) {
            for (const char* of_aggregate : {"_accum", "_combine", "_avg"}) all.insert(type + of_aggregate);
        }
        return all;
    }();
    return names;
}

const std::set<std::string>& usual_operators() {
    static const std::set<std::string> names{"<->", "<#>", "<=>", "<+>", "<~>", "<%>"};
    return names;
}

std::string ExtensionUse::text() const { return text_of_kind() + (in_body ? " in its body" : ""); }

std::string ExtensionUse::text_of_kind() const {
    switch (kind) {
        case UseKind::type: return "uses type " + name;
        case UseKind::wide_type:
            return "uses type " + name + ", wider than the " + std::to_string(dense_dimensions_max) + " dimensions an array gets";
        case UseKind::cast: return "casts a value to " + name;
        case UseKind::literal: return "has a literal of " + name + " that cannot be written as an array";
        case UseKind::function: return "uses function " + name;
        case UseKind::operator_: return "uses operator " + name;
        case UseKind::operator_class: return "uses operator class " + name;
    }
    return {};
}

std::string describe(const std::vector<ExtensionUse>& uses) {
    std::string text;
    for (const ExtensionUse& use : std::set<ExtensionUse>(uses.begin(), uses.end())) text += (text.empty() ? "" : ", ") + use.text();
    return text;
}

VectorType vector_type(const PgQuery__TypeName& type, const ExtensionNames& names) {
    const QualifiedName name = qualified_name({type.names, type.n_names});
    if (!name.schema.empty() && !names.owns(name)) return VectorType::none;
    const bool array = type.n_array_bounds > 0;
    if (name.name == "vector") return array ? VectorType::vector_array : VectorType::vector;
    if (name.name == "halfvec") return array ? VectorType::halfvec_array : VectorType::halfvec;
    if (name.name == "sparsevec") return array ? VectorType::sparsevec_array : VectorType::sparsevec;
    return VectorType::none;
}

bool holds_vector(const PgQuery__TypeName& type, const ExtensionNames& names) {
    const QualifiedName name = qualified_name({type.names, type.n_names});
    return vector_type(type, names) != VectorType::none || names.domains.contains(name) || names.holders.contains(name);
}

bool is_member(const ObjectKey& key, const ExtensionNames& names) {
    constexpr std::string_view types[] = {"vector", "halfvec", "sparsevec"};
    if (!names.owns(key.name)) return false;
    return key.object_class == ObjectClass::type       ? std::ranges::contains(types, key.name.name)
           : key.object_class == ObjectClass::function ? names.functions.contains(key.name.name)
                                                       : false;
}

bool is_ordinary_operator_class(const QualifiedName& name, const ExtensionNames& names) {
    return names.owns(name) && std::ranges::contains(ordinary_operator_classes, name.name);
}

bool is_array(VectorType type) {
    return type == VectorType::vector_array || type == VectorType::halfvec_array || type == VectorType::sparsevec_array;
}

int declared_dimensions(const PgQuery__TypeName& type) {
    if (type.n_typmods != 1) return 0;
    const PgQuery__Node& modifier = *type.typmods[0];
    if (modifier.node_case != PG_QUERY__NODE__NODE_A_CONST || modifier.a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL) return 0;
    return modifier.a_const->ival->ival;
}

void make_real_array(PgQuery__TypeName& type, VectorType from) {
    NodeList names{type.names, type.n_names};
    names.clear();
    names.append(string_node("pg_catalog"));
    names.append(string_node("float4"));
    NodeList{type.typmods, type.n_typmods}.clear();
    NodeList bounds{type.array_bounds, type.n_array_bounds};
    bounds.clear();
    bounds.append(integer_node(-1));
    if (is_array(from)) bounds.append(integer_node(-1));
}

Conversion convert_uses(ProtobufCMessage& message, const ExtensionNames& names, TypePolicy policy,
                        const std::set<const ProtobufCMessage*>& settled) {
    return Converter(names, policy, settled).run(message);
}

}  // namespace lantern_migrate::plan
