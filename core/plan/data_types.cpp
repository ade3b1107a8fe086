#include "core/plan/data_types.h"

#include "core/plan/bit_columns.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <string_view>

namespace lantern_migrate::plan {
namespace {

constexpr std::size_t name_bytes_max = 63;  // NAMEDATALEN - 1
constexpr std::string_view check_suffix = "_dimensions";

// The longest beginning that fits and ends between characters.
std::string clipped(const std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0u) == 0x80u) --bytes;
    return text.substr(0, bytes);
}

// What a constraint of a table, column or domain is called where it stands in the way.
std::string constraint_text(const PgQuery__Constraint& constraint, const std::string& owner) {
    switch (constraint.contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT: return "default of " + owner;
        case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED: return "generated " + owner;
        default: break;
    }
    const std::string_view name = constraint.conname;
    return name.empty() ? "constraint of " + owner : "constraint " + std::string(name) + " on " + owner;
}

std::string parameter_text(std::string_view parameter) {
    return parameter == "subtype_opclass" ? "operator class" : std::string(parameter) + " function";
}

}  // namespace

std::set<std::string> constraint_names(const SqlTree& tree) {
    std::set<std::string> names;
    for (const SqlTree::Statement& statement : tree.statements()) {
        walk(statement.node->base, [&](ProtobufCMessage& message) {
            if (const auto* constraint = as<PgQuery__Constraint>(message, pg_query__constraint__descriptor))
                names.insert(constraint->conname);
            return Walk::into;
        });
    }
    return names;
}

std::string dimensions_check_name(const std::string& column, int number) {
    const std::string suffix = std::string(check_suffix) + (number == 1 ? "" : "_" + std::to_string(number));
    return clipped(column, name_bytes_max - suffix.size()) + suffix;
}

const std::string& DataTypeConverter::check_name(const std::string& column) {
    auto [entry, is_new] = check_names_.try_emplace(column);
    if (!is_new) return entry->second;
    for (int number = 1;; ++number) {
        entry->second = dimensions_check_name(column, number);
        if (taken_.insert(entry->second).second) return entry->second;
    }
}

DataTypeConverter::Declared DataTypeConverter::convert_type(PgQuery__TypeName& type, const std::string& object, DataTypeResult& result) {
    Declared declared{.type = vector_type(type, names_), .dimensions = declared_dimensions(type)};
    if (declared.type == VectorType::none) {
        declared.dimensions = 0;  // a domain's own check holds them
        const auto domain = names_.domains.find(qualified_name({type.names, type.n_names}));
        if (domain != names_.domains.end() && type.n_array_bounds == 0) declared.type = domain->second;
    }
    const Conversion conversion = convert_uses(type.base, names_, TypePolicy::convert);
    result.changed |= conversion.changed;
    std::string reason = describe(conversion.uses);
    if (reason.empty()) reason = options_.missing(type.base);
    if (!reason.empty()) result.obstacles.push_back({.object = object, .reason = reason});
    return declared;
}

std::string DataTypeConverter::judge_constraint(PgQuery__Constraint& constraint, DataTypeResult& result) const {
    if (bits_ > 0 && constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED) return "computes bits, which become integer[]";
    if (bits_ > 0 && constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT) {
        if (!BitUses::convert_default(*constraint.raw_expr, bits_)) return "is not a literal of " + std::to_string(bits_) + " bits";
        result.changed = true;
        return {};
    }
    const Conversion conversion = options_.rewrite(constraint.base, table_, value_);
    result.changed |= conversion.changed;
    std::string reason = describe(conversion.uses);
    if (reason.empty()) reason = options_.missing(constraint.base);
    if (reason.empty()) reason = options_.bits.describe(constraint.base, table_);
    return reason;
}

void DataTypeConverter::judge_constraints(PgQuery__Node**& items, std::size_t& count, const std::string& owner, DataTypeResult& result) {
    NodeList list{items, count};
    for (std::size_t i = 0; i < list.count;) {
        PgQuery__Node& node = *list.items[i];
        if (node.node_case != PG_QUERY__NODE__NODE_CONSTRAINT) {
            ++i;
            continue;
        }
        PgQuery__Constraint& constraint = *node.constraint;
        const std::string reason = judge_constraint(constraint, result);
        if (reason.empty()) {
            ++i;
            continue;
        }
        // Without its expression, a generated column would be one that nobody fills.
        const bool leave_out = options_.leave_out && constraint.contype != PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED;
        result.obstacles.push_back({.object = constraint_text(constraint, owner), .reason = reason, .left_out = leave_out});
        if (leave_out) {
            list.erase(i);
            result.changed = true;
        } else {
            ++i;
        }
    }
}

int DataTypeConverter::convert_bits(PgQuery__ColumnDef& column, DataTypeResult& result) {
    if (column.type_name == nullptr || !options_.bits.contains(table_, column.colname)) return 0;
    const int bits = declared_dimensions(*column.type_name);
    make_integer_array(*column.type_name);
    result.changed = true;
    return bits;
}

DataTypeResult DataTypeConverter::table(PgQuery__CreateStmt& create) {
    DataTypeResult result;
    table_ = qualified_name(*create.relation);
    const std::string table = display(table_);
    std::vector<PgQuery__Node*> checks;
    for (std::size_t i = 0; i < create.n_table_elts; ++i) {
        if (create.table_elts[i]->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF) continue;
        PgQuery__ColumnDef& column = *create.table_elts[i]->column_def;
        const std::string text = "column " + table + "." + column.colname;
        if (column.type_name != nullptr) {
            if (holds_vector(*column.type_name, names_)) result.holders.insert(qualified_name(*create.relation));
            value_ = sql_type(*column.type_name, names_);
            const Declared declared = convert_type(*column.type_name, text, result);
            if (declared.type != VectorType::none) result.external_columns.emplace_back(column.colname);
            if (options_.dimension_checks && declared.dimensions > 0 && declared.type != VectorType::none) {
                const int axis = is_array(declared.type) ? 2 : 1;
                checks.push_back(dimensions_check_node(check_name(column.colname), column.colname, axis, declared.dimensions));
            }
        }
        bits_ = convert_bits(column, result);
        if (bits_ > 0 && options_.dimension_checks)
            checks.push_back(dimensions_check_node(check_name(column.colname), column.colname, 1, (bits_ + word_bits - 1) / word_bits));
        judge_constraints(column.constraints, column.n_constraints, text, result);
        value_ = SqlType::unknown;
    }
    bits_ = 0;
    judge_constraints(create.table_elts, create.n_table_elts, table, result);
    for (PgQuery__Node* check : checks) NodeList{create.table_elts, create.n_table_elts}.append(check);
    result.changed |= !checks.empty();
    for (std::size_t i = 0; i < create.n_inh_relations; ++i) {
        const std::string reason = options_.missing(create.inh_relations[i]->base);
        if (!reason.empty()) result.obstacles.push_back({.object = "table " + table, .reason = reason});
    }
    for (ProtobufCMessage* part :
         {create.partbound == nullptr ? nullptr : &create.partbound->base, create.partspec == nullptr ? nullptr : &create.partspec->base,
          create.of_typename == nullptr ? nullptr : &create.of_typename->base}) {
        if (part == nullptr) continue;
        const Conversion conversion = options_.rewrite(*part, table_, SqlType::unknown);
        result.changed |= conversion.changed;
        std::string reason = describe(conversion.uses);
        if (reason.empty()) reason = options_.missing(*part);
        if (reason.empty()) reason = options_.bits.describe(*part, table_);
        if (!reason.empty()) result.obstacles.push_back({.object = "table " + table, .reason = reason});
    }
    return result;
}

DataTypeResult DataTypeConverter::domain(PgQuery__CreateDomainStmt& create) {
    DataTypeResult result;
    table_ = {};
    value_ = sql_type(*create.type_name, names_);
    const std::string text = "domain " + display(qualified_name({create.domainname, create.n_domainname}));
    const bool holds = holds_vector(*create.type_name, names_);
    const Declared declared = convert_type(*create.type_name, text, result);
    if (holds && declared.type == VectorType::none) result.holders.insert(qualified_name({create.domainname, create.n_domainname}));
    judge_constraints(create.constraints, create.n_constraints, text, result);
    if (declared.type == VectorType::none) return result;
    result.vector = declared.type;
    if (options_.dimension_checks && declared.dimensions > 0) {
        const int axis = is_array(declared.type) ? 2 : 1;
        NodeList{create.constraints, create.n_constraints}.append(
            dimensions_check_node(check_name("value"), "value", axis, declared.dimensions));
        result.changed = true;
    }
    return result;
}

DataTypeResult DataTypeConverter::composite(PgQuery__CompositeTypeStmt& create) {
    DataTypeResult result;
    const QualifiedName name = qualified_name(*create.typevar);
    for (std::size_t i = 0; i < create.n_coldeflist; ++i) {
        PgQuery__ColumnDef& attribute = *create.coldeflist[i]->column_def;
        const std::string text = "attribute " + display(name) + "." + attribute.colname;
        if (holds_vector(*attribute.type_name, names_)) result.holders.insert(name);
        const Declared declared = convert_type(*attribute.type_name, text, result);
        if (options_.dimension_checks && declared.dimensions > 0) {
            result.notes.push_back({Severity::info, text,
                                    "nothing checks its " + std::to_string(declared.dimensions) +
                                        " dimensions on the target: a composite type takes no constraints",
                                    "where that matters, make the attribute's type a domain on the source"});
        }
    }
    return result;
}

// What else a range over vectors names is of vectors too, and stays behind with its functions.
std::string DataTypeConverter::judge_range_parameter(const PgQuery__DefElem& parameter) {
    const std::string_view name = parameter.defname;
    if (name != "subtype_opclass" && name != "subtype_diff" && name != "canonical") return {};
    if (parameter.arg == nullptr || parameter.arg->node_case != PG_QUERY__NODE__NODE_TYPE_NAME) return {};
    const PgQuery__TypeName& value = *parameter.arg->type_name;
    return "orders vectors by its " + parameter_text(name) + " " + display(qualified_name({value.names, value.n_names}));
}

DataTypeResult DataTypeConverter::range(PgQuery__CreateRangeStmt& create) {
    DataTypeResult result;
    const QualifiedName name = qualified_name({create.type_name, create.n_type_name});
    const std::string text = "type " + display(name);
    NodeList parameters{create.params, create.n_params};
    const auto type_of = [&](std::string_view wanted) -> PgQuery__TypeName* {
        for (PgQuery__Node* node : parameters.nodes()) {
            PgQuery__DefElem& parameter = *node->def_elem;
            const bool is_type = parameter.arg != nullptr && parameter.arg->node_case == PG_QUERY__NODE__NODE_TYPE_NAME;
            if (parameter.defname == wanted && is_type) return parameter.arg->type_name;
        }
        return nullptr;
    };
    PgQuery__TypeName* subtype = type_of("subtype");
    if (subtype == nullptr || !holds_vector(*subtype, names_)) {
        const std::string reason = options_.missing(create.base);
        if (!reason.empty()) result.obstacles.push_back({.object = text, .reason = reason});
        return result;
    }
    result.holders.insert(name);
    if (const auto* multirange = type_of("multirange_type_name"))
        result.holders.insert(qualified_name({multirange->names, multirange->n_names}));
    const bool is_vector = vector_type(*subtype, names_) != VectorType::none;
    convert_type(*subtype, text, result);
    for (std::size_t i = 0; i < parameters.count;) {
        const PgQuery__DefElem& parameter = *parameters.items[i]->def_elem;
        const auto* opclass = std::string_view(parameter.defname) == "subtype_opclass" ? type_of("subtype_opclass") : nullptr;
        if (opclass != nullptr && is_ordinary_operator_class(qualified_name({opclass->names, opclass->n_names}), names_)) {
            parameters.erase(i);  // the array's own default orders alike
            result.changed = true;
            continue;
        }
        const std::string reason = is_vector ? judge_range_parameter(parameter) : std::string{};
        if (!reason.empty()) result.obstacles.push_back({.object = text, .reason = reason});
        ++i;
    }
    return result;
}

}  // namespace lantern_migrate::plan
