#include "core/transfer/value_plans.h"

#include <algorithm>

namespace lantern_migrate::transfer {

using codec::FieldKind;
using plan::ValueType;

codec::FieldKind field_kind(plan::VectorType vector) {
    switch (vector) {
        case plan::VectorType::vector: return FieldKind::vector;
        case plan::VectorType::halfvec: return FieldKind::halfvec;
        case plan::VectorType::sparsevec: return FieldKind::sparsevec;
        case plan::VectorType::vector_array: return FieldKind::vector_array;
        case plan::VectorType::halfvec_array: return FieldKind::halfvec_array;
        case plan::VectorType::sparsevec_array: return FieldKind::sparsevec_array;
        case plan::VectorType::none: break;
    }
    return FieldKind::pass_through;
}

codec::Field ValuePlanner::field(const plan::Column& column) {
    codec::Field field{.column = column.name, .kind = column.as_integers ? FieldKind::bit : field_kind(column.vector)};
    if (column.as_integers) return field;
    if (column.vector != plan::VectorType::none || column.value == nullptr) return field;
    codec::ValuePlan value = make(*column.value);
    field.kind = value.kind;
    if (value.kind == FieldKind::pass_through) return field;
    if (value.kind == FieldKind::array && value.parts.front()->kind == FieldKind::pass_through) {
        field.source_element_oid = value.parts.front()->source_oid;
        field.target_element_oid = value.parts.front()->target_oid;
        return field;
    }
    field.value = std::make_shared<const codec::ValuePlan>(std::move(value));
    return field;
}

codec::ValuePlan ValuePlanner::make(const ValueType& type) {
    codec::ValuePlan plan;
    for (const auto& inside : type.parts) plan.parts.push_back(part(*inside));
    const auto passes = [](const Part& part) { return part->kind == FieldKind::pass_through; };
    const auto named_alike = [](const Part& part) { return part->source_oid == part->target_oid; };
    switch (type.kind) {
        case ValueType::Kind::scalar: break;
        case ValueType::Kind::vector: plan.kind = field_kind(type.vector); break;
        // Also where its elements stay as they are: its NULL flag may say more than is there, and what the target sends would differ.
        case ValueType::Kind::array: plan.kind = FieldKind::array; break;
        case ValueType::Kind::composite:
            if (!std::ranges::all_of(plan.parts, passes) || !std::ranges::all_of(plan.parts, named_alike)) plan.kind = FieldKind::composite;
            break;
        case ValueType::Kind::range:
            if (!passes(plan.parts.front())) plan.kind = FieldKind::range;
            break;
        case ValueType::Kind::multirange:
            if (!passes(plan.parts.front())) plan.kind = FieldKind::multirange;
            break;
    }
    if (plan.kind == FieldKind::pass_through) plan.parts.clear();
    return plan;
}

ValuePlanner::Part ValuePlanner::part(const ValueType& type) {
    if (const auto made = parts_.find(&type); made != parts_.end()) return made->second;
    codec::ValuePlan plan = make(type);
    plan.source_oid = type.oid;
    plan.target_oid = type.target_oid != 0 ? type.target_oid : target_type_oid_(type);
    return parts_[&type] = std::make_shared<const codec::ValuePlan>(std::move(plan));
}

}  // namespace lantern_migrate::transfer
