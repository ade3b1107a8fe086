#include "core/plan/tree_walk.h"

#include <pg_query/pg_query.pb-c.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace lantern_migrate::plan {
namespace {

template <class Member>
Member& member(ProtobufCMessage& message, unsigned offset) {
    return *reinterpret_cast<Member*>(reinterpret_cast<std::byte*>(&message) + offset);
}

}  // namespace

void walk(ProtobufCMessage& message, const std::function<Walk(ProtobufCMessage&)>& visit) {
    if (visit(message) == Walk::over) return;
    const ProtobufCMessageDescriptor& descriptor = *message.descriptor;
    // A node holds one of nearly three hundred kinds: looking which one by trying all would be most of a walk.
    if (const auto* node = as<PgQuery__Node>(message, pg_query__node__descriptor)) {
        const ProtobufCFieldDescriptor* held = ::protobuf_c_message_descriptor_get_field(&descriptor, node->node_case);
        if (held != nullptr) walk(*member<ProtobufCMessage*>(message, held->offset), visit);
        return;
    }
    for (const ProtobufCFieldDescriptor& field : std::span(descriptor.fields, descriptor.n_fields)) {
        if (field.type != PROTOBUF_C_TYPE_MESSAGE) continue;
        if (field.label == PROTOBUF_C_LABEL_REPEATED) {
            const auto count = member<std::size_t>(message, field.quantifier_offset);
            // Read anew each time: the visitor may have changed the list's items.
            for (std::size_t i = 0; i < count; ++i) walk(*member<ProtobufCMessage**>(message, field.offset)[i], visit);
        } else {
            // All of a oneof's members share one place; its case says whose it is.
            const bool one_of = (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
            if (one_of && member<std::uint32_t>(message, field.quantifier_offset) != field.id) continue;
            if (ProtobufCMessage* inner = member<ProtobufCMessage*>(message, field.offset)) walk(*inner, visit);
        }
    }
}

}  // namespace lantern_migrate::plan
