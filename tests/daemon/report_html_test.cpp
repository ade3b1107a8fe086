#include "daemon/report_html.h"

#include "daemon/html.h"
#include "tests/web/sample_report.h"

#include <gmock/gmock.h>

#include <regex>

namespace lantern_migrate::daemon {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What a reader sees: markup taken out, references read, blanks joined.
std::string text_of(const std::string& html) {
    const std::size_t body = html.find("<body");
    std::string text = std::regex_replace(html.substr(body), std::regex("<[^>]*>"), " ");
    for (const auto& [from, to] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}}) {
        text = std::regex_replace(text, std::regex(from), to);
    }
    return std::regex_replace(text, std::regex("[ \n]+"), " ");
}

TEST(ReportHtml, SaysWhatTheTextSays) {
    for (const Report& report : {test::sample_report(), test::different_report()}) {
        const std::string text = text_of(report_html(report));
        const std::string plain = std::regex_replace(report_text(report), std::regex("[ \n]+"), " ");
        // Word by word: the two are laid out in their own ways, and the text has dashes before its items and colons behind names.
        const std::regex word("[^ :]{3,}");
        for (auto at = std::sregex_iterator(plain.begin(), plain.end(), word); at != std::sregex_iterator(); ++at) {
            if (at->str() == "job" || at->str() == "reason") continue;  // the heading and the mark of the text alone
            EXPECT_THAT(text, HasSubstr(at->str()));
        }
    }
}

TEST(ReportHtml, HasTheTextsHeadingsInTheSameOrder) {
    const std::string html = report_html(test::sample_report());
    std::size_t at = 0;
    for (const char* heading :
         {"What moved", "What happened on the way", "How long it took", "Verification", "Vector indexes, before and after",
          "Keys, constraints and other objects made after the rows", "Findings", "What the application must change"}) {
        at = html.find(std::string("<h2>") + heading + "</h2>", at);
        ASSERT_NE(at, std::string::npos) << heading;
    }
}

TEST(ReportHtml, MarksADifferenceByItsWordAndByItsClass) {
    const std::string html = report_html(test::different_report());
    EXPECT_THAT(html, HasSubstr("<p class=\"state bad\">failed at step verify, and verification found a difference</p>"));
    EXPECT_THAT(html, HasSubstr("<p class=\"reason\">table public.words differs: 3,000,000 rows were sent and 2,999,999 were found</p>"));
    EXPECT_THAT(html, HasSubstr("<td><span class=\"state bad\">DIFFERENT</span></td>"));
    EXPECT_THAT(html, HasSubstr("<dt>error</dt>\n<dd>out of memory</dd>"));
}

TEST(ReportHtml, EscapesEveryNameAndText) {
    const std::string odd = "<script>alert(1)</script>\"'&\x1b[31m\n{{style}}";
    const std::string html = report_html(test::report_full_of(odd));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("\x1b")));
    EXPECT_THAT(html, HasSubstr("<h1>words&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;?[31m?{{style}}</h1>"));
    EXPECT_THAT(html, HasSubstr("<title>Migration report: words&lt;script&gt;"));
}

TEST(ReportHtml, AsksForNothingFromOutsideAndRunsNothing) {
    const std::string html = report_html(test::sample_report());
    EXPECT_THAT(html, StartsWith("<!doctype html>\n<html lang=\"en\">\n"));
    for (const char* outside : {"<script", "<link", "<img", "<iframe", " src=", " href=", "@import", "url(", " style=", " on"}) {
        if (std::string(outside) == " on") {
            EXPECT_FALSE(std::regex_search(html, std::regex(" on[a-z]+="))) << "an inline handler";
        } else {
            EXPECT_THAT(html, Not(HasSubstr(outside)));
        }
    }
    EXPECT_THAT(html, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
}

TEST(ReportHtml, SaysLittleOfAJobThatHasNotBegun) {
    Report report;
    report.job.name = "empty";
    const std::string html = report_html(report);
    EXPECT_THAT(html, HasSubstr("<p>nothing: no table was planned</p>"));
    EXPECT_THAT(html, Not(HasSubstr("Vector indexes")));
    EXPECT_THAT(html, Not(HasSubstr("Findings")));
}

TEST(Html, EscapesForContentAndAttributes) {
    for (const auto& [text, escaped] : std::vector<std::pair<std::string, std::string>>{{"plain", "plain"},
                                                                                        {"a<b>&c", "a&lt;b&gt;&amp;c"},
                                                                                        {"\"x' onload=", "&quot;x&#39; onload="},
                                                                                        {"ü", "ü"},
                                                                                        {"\xff\x07", "??"},
                                                                                        {"&amp;", "&amp;amp;"}}) {
        EXPECT_EQ(html::escape(text), escaped);
    }
}

TEST(Html, FillsEachNameOnceAndNeverWhatAValueBrings) {
    EXPECT_EQ(html::fill("{{a}}-{{b}}-{{c}}", {{"a", "{{b}}"}, {"b", "2"}}), "{{b}}-2-{{c}}");
    EXPECT_EQ(html::fill("{{", {}), "{{");
    EXPECT_EQ(html::fill("a{b}}{{a}}", {{"a", "1"}}), "a{b}}1");
    EXPECT_EQ(html::fill("x{{{a}}}", {{"a", "1"}}), "x{{{a}}}");
}

}  // namespace
}  // namespace lantern_migrate::daemon
