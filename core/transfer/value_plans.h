// From what the catalog says of a type to what the codec does with its values.
#pragma once

#include "core/codec/row_codec.h"
#include "core/plan/catalog.h"

#include <functional>
#include <map>
#include <memory>

namespace lantern_migrate::transfer {

// The target's OID of a type that is not built in; asked by ValueType's `name` and `array_of_name`.
using TargetTypeOid = std::function<std::uint32_t(const plan::ValueType&)>;

class ValuePlanner {
public:
    explicit ValuePlanner(const TargetTypeOid& target_type_oid) : target_type_oid_(target_type_oid) {}

    [[nodiscard]] codec::Field field(const plan::Column&);

private:
    using Part = std::shared_ptr<const codec::ValuePlan>;
    [[nodiscard]] codec::ValuePlan make(const plan::ValueType&);
    // The same with the OIDs that stand beside it in what is around it.
    [[nodiscard]] Part part(const plan::ValueType&);

    const TargetTypeOid& target_type_oid_;
    std::map<const plan::ValueType*, Part> parts_;
};

[[nodiscard]] codec::FieldKind field_kind(plan::VectorType);

}  // namespace lantern_migrate::transfer
