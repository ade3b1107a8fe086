// The report as one HTML file: no script, nothing from outside, light and dark, to be printed or sent by mail.
#pragma once

#include "daemon/report.h"

#include <string>

namespace lantern_migrate::daemon {

[[nodiscard]] std::string report_html(const Report&);

}  // namespace lantern_migrate::daemon
