// pg_dump's output around its SQL.
#pragma once

#include <string>
#include <string_view>

namespace lantern_migrate::plan {

// The text with psql's own two lines blanked: `\restrict TOKEN` before the first statement and `\unrestrict TOKEN` behind the last.
// Places of everything else stay. A line that only looks like one, in a function's body or a comment, is left alone.
[[nodiscard]] std::string without_psql_lines(std::string_view dump);

}  // namespace lantern_migrate::plan
