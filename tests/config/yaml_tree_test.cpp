#include "config/yaml_tree.h"
#include "tests/config/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <format>

namespace lantern_migrate::config::testing {
namespace {

// The tree on one line: kind@line:column, a quoted scalar in quotes.
std::string shown(const YamlNode& node) {
    std::string text = std::format("@{}:{}", node.place.line, node.place.column);
    switch (node.kind) {
        case YamlNode::Kind::empty: return "~" + text;
        case YamlNode::Kind::scalar: return (node.quoted ? "'" + node.text + "'" : node.text) + text;
        case YamlNode::Kind::list:
            text = "[";
            for (const YamlNode& item : node.items) text += (text.size() > 1 ? ", " : "") + shown(item);
            return text + "]";
        case YamlNode::Kind::mapping:
            text = "{";
            for (const YamlEntry& entry : node.entries) {
                text += (text.size() > 1 ? ", " : "") + std::format("{}@{}:{}: ", entry.key, entry.place.line, entry.place.column) +
                        shown(entry.value);
            }
            return text + "}";
    }
    return "?";
}

std::string tree(std::string_view text) {
    std::vector<Mistake> mistakes;
    const YamlNode root = parse_yaml(text, mistakes);
    EXPECT_THAT(mistakes, ::testing::IsEmpty()) << text;
    return shown(root);
}

// "line:column: message" of the one mistake.
std::string mistake(std::string_view text) {
    std::vector<Mistake> mistakes;
    static_cast<void>(parse_yaml(text, mistakes));
    if (mistakes.size() != 1) return std::format("{} mistakes", mistakes.size());
    EXPECT_EQ(mistakes[0].key, "");
    return std::format("{}:{}: {}", mistakes[0].line, mistakes[0].column, mistakes[0].message);
}

TEST(YamlTree, RemembersThePlaceOfEveryKeyAndValue) {
    EXPECT_EQ(tree("a: 1\nb:\n  c: [x, 'y']\n  d: {e: }\n"), "{a@1:1: 1@1:4, b@2:1: {c@3:3: [x@3:7, 'y'@3:10], d@4:3: {e@4:7: ~@4:10}}}");
    EXPECT_EQ(tree("- 1\n- - 2\n"), "[1@1:3, [2@2:5]]");
    EXPECT_EQ(tree("just a word"), "just a word@1:1");
}

TEST(YamlTree, KeepsTheTextAsItIsWritten) {
    EXPECT_EQ(tree("[yes, off, 010, 1e3, '5', \"tab\\t\", ~]"), "[yes@1:2, off@1:7, 010@1:12, 1e3@1:17, '5'@1:22, 'tab\t'@1:27, ~@1:36]");
}

TEST(YamlTree, KeepsRepeatedKeysForTheReaderToReport) { EXPECT_EQ(tree("a: 1\na: 2\n"), "{a@1:1: 1@1:4, a@2:1: 2@2:4}"); }

TEST(YamlTree, OfNothingIsEmpty) {
    for (const char* text : {"", "\n\n", "# a comment\n", "---\n", "\xef\xbb\xbf", "~"}) EXPECT_TRUE(tree(text).starts_with("~")) << text;
}

TEST(YamlTree, RefusesWhatIsNoText) {
    EXPECT_EQ(mistake(std::string_view("a: 1\nb\0", 7)), "2:2: control character 0x00; this is not a text file");
    EXPECT_EQ(mistake("\x7f"
                      "ELF"),
              "1:1: control character 0x7f; this is not a text file");
    EXPECT_EQ(mistake("a: 1\n\x04rest: 2"), "2:1: control character 0x04; this is not a text file");
    EXPECT_EQ(mistake("SQLite format 3\x1b"), "1:16: control character 0x1b; this is not a text file");
    EXPECT_EQ(mistake("\x1f\x8b\x08"), "1:1: control character 0x1f; this is not a text file");
}

TEST(YamlTree, RefusesWhatIsNotUtf8) {
    const std::pair<const char*, const char*> bad[] = {
        {"name: caf\xe9", "1:10: byte 0xe9 is not UTF-8"},
        {"\xff\xfe"
         "a",
         "1:1: byte 0xff is not UTF-8"},
        {"a: \xc0\xaf", "1:4: byte 0xc0 is not UTF-8"},
        {"a: \xed\xa0\x80", "1:4: byte 0xed is not UTF-8"},
        {"a: \xf4\x90\x80\x80", "1:4: byte 0xf4 is not UTF-8"},
        {"a: \xe2\x82", "1:4: byte 0xe2 is not UTF-8"},
        {"a: \xf0\x80\x80\x80", "1:4: byte 0xf0 is not UTF-8"},
        {"a: 1\nb: \x80", "2:4: byte 0x80 is not UTF-8"},
    };
    for (const auto& [text, message] : bad) EXPECT_EQ(mistake(text), message);
    EXPECT_EQ(tree("a: é語😀"), "{a@1:1: é語😀@1:4}");
}

TEST(YamlTree, RefusesTabsAsIndentation) {
    EXPECT_EQ(mistake("copy:\n\tworkers: 4\n"), "2:1: indented with a tab; YAML is indented with spaces");
    EXPECT_EQ(mistake("copy:\n  \tworkers: 4\n"), "2:3: indented with a tab; YAML is indented with spaces");
    EXPECT_EQ(tree("a: 1\t# one\n\t\n\t# two\nb: 2\n"), "{a@1:1: 1@1:4, b@4:1: 2@4:4}");
}

TEST(YamlTree, RefusesWhatAFileForPeopleDoesNotNeed) {
    constexpr const char* anchors = "anchors and aliases (`&` and `*`) are not used here; put a text that begins so in quotes";
    constexpr const char* tags = "tags (`!`) are not used here; put a text that begins so in quotes";
    const std::pair<const char*, std::string> bad[] = {
        {"a: &x 1\n", std::string("1:4: ") + anchors},
        {"a: [*x]\n", "1:5: not YAML: the referenced anchor is not defined"},
        {"a: *.*\n", "1:4: not YAML: the referenced anchor is not defined"},
        {"a: &x {b: &y 1}\n", std::string("1:4: ") + anchors},
        {"a: !secret hunter2\n", std::string("1:4: ") + tags},
        {"a: ! x\n", std::string("1:4: ") + tags},
        {"a: !!python/object:os.system {}\n", std::string("1:4: ") + tags},
        {"a: 1\n---\nb: 2\n", "2:1: a second document begins here; a file is one document"},
        {"? [a]\n: 1\n", "1:3: a key must be a word"},
        {"{a: 1}: 2\n", "1:1: a key must be a word"},
        {"~: 2\n", "1:1: a key must be a word"},
        {"a: \"x\\0y\"\n", "1:4: a text with a NUL character"},
    };
    for (const auto& [text, message] : bad) EXPECT_EQ(mistake(text), message) << text;
}

TEST(YamlTree, RefusesABombBeforeItGrows) {
    std::string bomb = "a: &a [x, x]\n";
    for (char c = 'b'; c <= 'z'; ++c) bomb += std::format("{0}: &{0} [*{1}, *{1}]\n", c, static_cast<char>(c - 1));
    EXPECT_EQ(mistake(bomb), "1:4: anchors and aliases (`&` and `*`) are not used here; put a text that begins so in quotes");
}

TEST(YamlTree, IsNoDeeperThanAnyFileOfOurs) {
    const auto nested = [](int levels) {
        return std::string(static_cast<std::size_t>(levels), '[') + std::string(static_cast<std::size_t>(levels), ']');
    };
    EXPECT_EQ(tree(nested(max_yaml_depth)), nested(max_yaml_depth));
    EXPECT_EQ(mistake(nested(max_yaml_depth + 1)), "1:17: nested more than 16 levels deep");
    EXPECT_EQ(mistake(nested(100'000)), "1:17: nested more than 16 levels deep");
    std::string block;
    for (std::size_t level = 0; level <= max_yaml_depth; ++level) block += std::string(level, ' ') + "a:\n";
    EXPECT_EQ(mistake(block + std::string(max_yaml_depth + 1, ' ') + "b: 1\n"), "17:17: nested more than 16 levels deep");
}

// The parser itself takes the file's end for the text's where a line break comes before it.
TEST(YamlTree, WantsEveryQuoteClosed) {
    constexpr const char* open = "the quote that begins here is not closed";
    for (const char* text : {"a: 'x\n", "a: \"x\n", "a: 'x\nb: 1\n", "a: 'x''\n", "a: \"x\\\"\n", "a: 'é\r\n\n"}) {
        EXPECT_EQ(mistake(text), std::string("1:4: ") + open) << text;
    }
    EXPECT_EQ(mistake("é: [1, 2]\r\nb: 'x\r\n"), std::string("2:4: ") + open);
    EXPECT_EQ(mistake("a: 'x"), "1:6: not YAML: illegal EOF in scalar");
    EXPECT_EQ(tree("a: 'x''y'\nb: ''\nc: \"\\\\\"\nd: \"\\\"\"\ne: 'é'\n'f': ''''\n"),
              R"({a@1:1: 'x'y'@1:4, b@2:1: ''@2:4, c@3:1: '\'@3:4, d@4:1: '"'@4:4, e@5:1: 'é'@5:4, f@6:1: '''@6:6})");
    EXPECT_EQ(tree("é: ['é', 'x']\r\nb: 'y'\r\n"), "{é@1:1: ['é'@1:6, 'x'@1:12], b@2:1: 'y'@2:4}");
}

TEST(YamlTree, NeverQuotesTheFile) {
    for (const char* text : {"a: 'hunter2\n", "a: \"hunter2\\q\"\n", "hunter2: [\n", "a: {hunter2\n", "a: *hunter2\n", "a: b: hunter2\n",
                             "a: ! hunter2\n", "%YAML hunter2\n---\na: 1\n", "a: |hunter2\n", "a: @hunter2\n", "a: `hunter2`\n"}) {
        const std::string message = mistake(text);
        EXPECT_THAT(message, ::testing::AllOf(::testing::HasSubstr(": "), ::testing::Not(::testing::HasSubstr("hunter2")))) << text;
    }
}

TEST(AShownText, IsAPlainWordOrNumber) {
    for (const char* text : {"900", "4.0", "1kB", "50MiB/s", "read-only", "my job", "a_b"}) EXPECT_TRUE(may_be_shown(text)) << text;
    for (const char* text : {"", "u:hunter2", "u@h", "a=b", "a\nb", "\x1b[2J", "é", "12345678901234567890123456789012345678901"}) {
        EXPECT_FALSE(may_be_shown(text)) << text;
    }
}

// ---- the same, as the operator of a job sees it --------------------------------------------------------------------------

TEST(AJobText, ThatIsEmptyOrNoMappingHasOneMistake) {
    for (const char* text : {"", "\n", "# nothing\n", "---\n"}) EXPECT_EQ(text_mistakes(text), "words.yaml:1:1: is empty") << text;
    EXPECT_EQ(text_mistakes("postgresql"), "words.yaml:1:1: must be a mapping of keys to values, and is a single value");
    EXPECT_EQ(text_mistakes("\n- a\n"), "words.yaml:2:1: must be a mapping of keys to values, and is a list");
}

TEST(AJobText, ThatIsHugeIsNotEvenParsed) {
    EXPECT_EQ(text_mistakes(std::string(max_job_file_bytes + 1, '[')), "words.yaml:1:1: is larger than 1MiB");
}

// A writer that died half-way: whatever its last byte was, no cut file is taken for the whole.
TEST(AJobText, ThatIsHalfWrittenIsNeverTakenForWhole) {
    const std::string whole =
        "source:\n  url: 'postgresql://reader:hunter2@old.example/app'\ntarget:\n  url: 'postgresql://owner:hunter2@db.example/app'\n";
    EXPECT_EQ(text_mistakes(whole), "no mistake");
    for (std::size_t length = 0; length < whole.size() - 1; ++length) {
        const std::string message = text_mistakes(whole.substr(0, length));
        EXPECT_TRUE(message.starts_with("words.yaml:")) << length << ": " << message;
        EXPECT_THAT(message, ::testing::Not(::testing::HasSubstr("hunter2"))) << length;
    }
}

TEST(AJobText, WithAKeyTwiceSaysWhereTheFirstIs) {
    EXPECT_EQ(job_mistakes("verify: full\nverify: counts\n"), "words.yaml:4:1: verify: is given twice; the first is at line 3, column 1");
    EXPECT_EQ(job_mistakes("copy: {workers: 2, workers: 2}\n"),
              "words.yaml:3:20: copy.workers: is given twice; the first is at line 3, column 8");
    EXPECT_EQ(job_mistakes("'a:b': 1\n'a:b': 2\n"),
              "words.yaml:3:1: unknown key, not shown as it may be a piece of a URL\n"
              "words.yaml:4:1: a key is given twice; the first is at line 3, column 1\n"
              "words.yaml:4:1: unknown key, not shown as it may be a piece of a URL");
}

}  // namespace
}  // namespace lantern_migrate::config::testing
