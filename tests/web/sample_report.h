// Reports with something of everything, for tests and for pictures of the page.
#pragma once

#include "daemon/report.h"

namespace lantern_migrate::test {

[[nodiscard]] daemon::Report sample_report();     // a job that is done after a crash on the way
[[nodiscard]] daemon::Report different_report();  // verification found a difference
// Every text of the sample holds `text` as well: a name from a database may be anything.
[[nodiscard]] daemon::Report report_full_of(const std::string& text);

}  // namespace lantern_migrate::test
