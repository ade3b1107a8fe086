// What pg_dump says by SET rather than in the statement: tablespace and access method.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <string>

namespace lantern_migrate::plan {

class DumpSettings {
public:
    // Whether the statement is a SET, whichever.
    bool take(const PgQuery__Node&);
    // Puts what is set into the statement. True: it was changed.
    bool apply(PgQuery__Node&) const;

private:
    std::string tablespace_;
    std::string access_method_;
};

}  // namespace lantern_migrate::plan
