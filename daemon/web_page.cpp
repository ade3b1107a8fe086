#include "daemon/web_page.h"

#include "daemon/html.h"
#include "daemon/web_assets.h"

#include <boost/json.hpp>
#include <format>

namespace lantern_migrate::daemon {
namespace {

// JSON that may stand in a <script>: without '<' no text in it can end the element or begin a comment.
std::string script_json(const boost::json::value& value) {
    std::string out;
    for (const char c : boost::json::serialize(value)) {
        if (c == '<' || c == '>' || c == '&') {
            out += std::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

std::string web_page(const WebPageOptions& options) {
    const std::string nonce = html::escape(options.nonce);
    const std::string style = std::string(web::theme_css) + std::string(web::page_css);
    const std::string settings = script_json({{"actions", options.actions}, {"token", options.actions ? options.token : ""}});
    return html::fill(web::page_html, {{"nonce", nonce}, {"style", style}, {"settings", settings}, {"script", web::page_js}});
}

std::string web_page_policy(const std::string& nonce) {
    return std::format(
        "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        nonce);
}

}  // namespace lantern_migrate::daemon
