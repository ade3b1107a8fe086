#include "daemon/web_page.h"

#include "daemon/web_assets.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <regex>

namespace lantern_migrate::daemon {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string settings_of(const std::string& page) {
    const std::string mark = "id=\"settings\" nonce=\"n\">";
    const std::size_t begin = page.find(mark) + mark.size();
    return page.substr(begin, page.find("</script>", begin) - begin);
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(WebPage, TellsTheScriptWhatIsAllowed) {
    for (const auto& [options, settings] : std::vector<std::pair<WebPageOptions, std::string>>{
             {{.nonce = "n"}, R"({"actions":false,"token":""})"},
             {{.actions = true, .token = "t0k", .nonce = "n"}, R"({"actions":true,"token":"t0k"})"},
             // A page that may not act needs no token.
             {{.actions = false, .token = "t0k", .nonce = "n"}, R"({"actions":false,"token":""})"},
             {{.actions = true, .token = "</script><!--&{{script}}", .nonce = "n"},
              R"({"actions":true,"token":"\u003c/script\u003e\u003c!--\u0026{{script}}"})"}}) {
        EXPECT_EQ(settings_of(web_page(options)), settings);
    }
}

TEST(WebPage, GivesEveryStyleAndScriptTheNonceOfItsPolicy) {
    const std::string page = web_page({.nonce = "bm9uY2U="});
    EXPECT_EQ(count(page, "<style"), 1U);
    EXPECT_EQ(count(page, "<script"), 2U);
    EXPECT_EQ(count(page, " nonce=\"bm9uY2U=\""), 3U);
    EXPECT_EQ(web_page_policy("bm9uY2U="),
              "default-src 'none'; style-src 'nonce-bm9uY2U='; script-src 'nonce-bm9uY2U='; connect-src 'self'; img-src data:; "
              "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    EXPECT_THAT(web_page({.nonce = "\"><b>"}), Not(HasSubstr("<b>")));
}

TEST(WebPage, IsOneDocumentWithNothingFromOutside) {
    const std::string page = web_page({.nonce = "n"});
    EXPECT_THAT(page, StartsWith("<!doctype html>\n<html lang=\"en\">\n"));
    for (const char* outside :
         {" src=", "<iframe", "@import", "url(", "https:", " style=\"", "javascript:", "eval(", "innerHTML", "import("}) {
        EXPECT_THAT(page, Not(HasSubstr(outside)));
    }
    EXPECT_FALSE(std::regex_search(page, std::regex("<[a-z]+ [^>]*\\bon[a-z]+="))) << "an inline handler";
    EXPECT_FALSE(std::regex_search(page, std::regex("href=\"(?!#|data:)"))) << "a link to elsewhere";
    // The names of XML namespaces are no addresses that anybody asks.
    EXPECT_EQ(count(page, "http://"), count(page, "http://www.w3.org/2000/svg"));
}

TEST(WebPage, LeavesNoPlaceholderUnfilled) {
    const std::string page = web_page({.nonce = "n"});
    for (const char* name : {"{{nonce}}", "{{style}}", "{{settings}}", "{{script}}"}) EXPECT_THAT(page, Not(HasSubstr(name)));
    EXPECT_THAT(page, HasSubstr(std::string(web::page_js)));
    EXPECT_THAT(page, HasSubstr(std::string(web::theme_css) + std::string(web::page_css)));
}

}  // namespace
}  // namespace lantern_migrate::daemon
