// The SQL in a body of PL/pgSQL, and its declarations, said for Lantern.
#pragma once

#include "core/plan/query_rewriter.h"

namespace lantern_migrate::plan {

// `text` is the body within the statement, and changed there unless something in it has no counterpart. `names` take names without a
// schema for the extension's. SQL that is made at run time is looked at for words of pgvector's, and reported.
// Throws SqlError for a body that PL/pgSQL's parser refuses.
[[nodiscard]] Rewriting rewrite_plpgsql_body(const PgQuery__CreateFunctionStmt&, PgQuery__String& text, Scope, SqlType result,
                                             const ExtensionNames& names, const KnownObjects&, Rewriter&);

}  // namespace lantern_migrate::plan
