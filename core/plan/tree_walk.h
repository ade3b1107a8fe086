// Every message of a parse tree, found by protobuf-c's descriptors: no node kind can be forgotten, also not those of a later PostgreSQL.
#pragma once

#include <protobuf-c/protobuf-c.h>

#include <functional>

namespace lantern_migrate::plan {

enum class Walk { into, over };

// Calls `visit` for `message` and then, unless it said `over`, for what is in it, in the order of the tree's fields.
// The visitor may change what is in the message that it was given, not the message itself.
void walk(ProtobufCMessage& message, const std::function<Walk(ProtobufCMessage&)>& visit);

// The message as the struct it is, or null. `descriptor` is Message's own.
template <class Message>
[[nodiscard]] Message* as(ProtobufCMessage& message, const ProtobufCMessageDescriptor& descriptor) {
    return message.descriptor == &descriptor ? reinterpret_cast<Message*>(&message) : nullptr;
}

}  // namespace lantern_migrate::plan
