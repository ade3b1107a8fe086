// The files of daemon/web/, joined and embedded by the build (daemon/web/embed.cmake).
#pragma once

#include <string_view>

namespace lantern_migrate::daemon::web {

extern const std::string_view theme_css;  // colours, type and spacing of page and report
extern const std::string_view page_html;  // with {{nonce}}, {{style}}, {{settings}} and {{script}}
extern const std::string_view page_css;
extern const std::string_view page_js;      // the scripts in their order
extern const std::string_view report_page;  // with {{title}}, {{style}}, {{body}} and {{version}}
extern const std::string_view report_css;

}  // namespace lantern_migrate::daemon::web
