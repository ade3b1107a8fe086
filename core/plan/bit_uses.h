// What statements do with columns of bits that become integer[] (bit_columns.h): little of it can be said of integers.
#pragma once

#include "core/plan/bit_columns.h"

#include <pg_query/pg_query.pb-c.h>

#include <string>

namespace lantern_migrate::plan {

class BitUses {
public:
    explicit BitUses(BitColumns columns) : columns_(std::move(columns)) {}

    [[nodiscard]] bool contains(const QualifiedName& table, const std::string& column) const { return columns_.contains({table, column}); }

    // "uses column b of public.t, whose bits become integer[]", or empty. Of `table` and of each relation that the tree names;
    // a key or an ordinary index of the column itself stays what it is.
    [[nodiscard]] std::string describe(ProtobufCMessage&, const QualifiedName& table = {}) const;

    // A literal of `bits` bits in place. False: it cannot be written as integers.
    [[nodiscard]] static bool convert_default(PgQuery__Node&, int bits);

private:
    BitColumns columns_;
};

// bit(48) -> integer[].
void make_integer_array(PgQuery__TypeName&);

}  // namespace lantern_migrate::plan
