// HTML from texts that may hold anything: everything that is not written here as markup passes escape().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lantern_migrate::daemon::html {

// For an element's content and for an attribute in double quotes. What drives a terminal becomes '?', as in every text of ours.
[[nodiscard]] std::string escape(std::string_view text);

// "<tag>text</tag>", the text escaped. `attributes` is markup of our own: "class=\"note\"".
[[nodiscard]] std::string element(std::string_view tag, std::string_view text, std::string_view attributes = "");

// Every {{name}} of `text` by its value, in one pass: a value that holds {{name}} itself stays as it is.
using Value = std::pair<std::string_view, std::string_view>;
[[nodiscard]] std::string fill(std::string_view text, const std::vector<Value>& values);

// Rows under a heading, with a caption for who does not see it.
class Table {
public:
    enum class Kind { text, number, state };  // a state is marked by its word and by a class of its own
    struct Column {
        std::string_view heading;
        Kind kind = Kind::text;
    };
    Table(std::string_view caption, std::vector<Column> columns) : caption_(caption), columns_(std::move(columns)) {}

    // One cell a column; the first is the row's heading.
    void add(const std::vector<std::string>& cells);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string html() const;

private:
    std::string_view caption_;
    std::vector<Column> columns_;
    std::string rows_;
};

// The class that a state's word is shown with: "good", "bad", "busy" or "quiet".
[[nodiscard]] std::string_view state_class(std::string_view word);
[[nodiscard]] std::string state(std::string_view word);

}  // namespace lantern_migrate::daemon::html
