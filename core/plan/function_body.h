// Functions: what their arguments, results and bodies say of vectors, said for Lantern.
#pragma once

#include "core/plan/query_rewriter.h"

namespace lantern_migrate::plan {

// Arguments and results become arrays. A SQL body is rewritten, as a text or in BEGIN ATOMIC; of PL/pgSQL each piece of SQL in it is, and
// its declarations. Of other languages the tokens are looked at: what seems to be pgvector's is reported.
[[nodiscard]] Rewriting rewrite_function(PgQuery__CreateFunctionStmt&, const ExtensionNames&, const KnownObjects&, const RewriteOptions&);

// What of pgvector a text that nobody parses seems to use: operators and functions by their names, types behind `::`, AS, RETURNS and in
// declarations.
[[nodiscard]] std::vector<ExtensionUse> uses_of_tokens(const std::string& text);

}  // namespace lantern_migrate::plan
