#include "daemon/html.h"

#include "daemon/text.h"

#include <algorithm>
#include <array>
#include <format>

namespace lantern_migrate::daemon::html {
namespace {

struct StateClass {
    std::string_view word, name;
};
// Words of dispositions, builds, translations, findings and comparisons. What is absent is quiet.
constexpr std::array state_classes{StateClass{"done", "good"},        StateClass{"equal", "good"},      StateClass{"failed", "bad"},
                                   StateClass{"DIFFERENT", "bad"},    StateClass{"unsupported", "bad"}, StateClass{"blocking", "bad"},
                                   StateClass{"running", "busy"},     StateClass{"begun", "busy"},      StateClass{"waiting", "busy"},
                                   StateClass{"paused", "busy"},      StateClass{"warning", "busy"},    StateClass{"left_out", "busy"},
                                   StateClass{"awaits_norms", "busy"}};

}  // namespace

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string element(std::string_view tag, std::string_view text, std::string_view attributes) {
    return std::format("<{}{}{}>{}</{}>\n", tag, attributes.empty() ? "" : " ", attributes, escape(text), tag);
}

std::string fill(std::string_view text, const std::vector<Value>& values) {
    std::string out;
    for (;;) {
        const std::size_t open = text.find("{{");
        const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open);
        if (close == std::string_view::npos) return out.append(text);
        const std::string_view name = text.substr(open + 2, close - open - 2);
        const auto found = std::ranges::find(values, name, &Value::first);
        // What looks like a name and is none stays: a style sheet has braces of its own.
        const std::size_t taken = found == values.end() ? open + 2 : close + 2;
        out.append(text.substr(0, found == values.end() ? taken : open));
        if (found != values.end()) out.append(found->second);
        text.remove_prefix(taken);
    }
}

void Table::add(const std::vector<std::string>& cells) {
    rows_ += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i == 0) {
            rows_ += std::format("<th scope=\"row\">{}</th>", escape(cells[i]));
        } else if (columns_[i].kind == Kind::number) {
            rows_ += std::format("<td class=\"number\">{}</td>", escape(cells[i]));
        } else {
            rows_ += std::format("<td>{}</td>", columns_[i].kind == Kind::state ? state(cells[i]) : escape(cells[i]));
        }
    }
    rows_ += "</tr>\n";
}

std::string Table::html() const {
    std::string out =
        std::format("<div class=\"wide\" role=\"group\" aria-label=\"{0}\" tabindex=\"0\"><table>\n<caption>{0}</caption>\n<thead><tr>",
                    escape(caption_));
    for (const Column& column : columns_) {
        out += std::format("<th scope=\"col\"{}>{}</th>", column.kind == Kind::number ? " class=\"number\"" : "", escape(column.heading));
    }
    return out + "</tr></thead>\n<tbody>\n" + rows_ + "</tbody></table></div>\n";
}

std::string_view state_class(std::string_view word) {
    const auto* found = std::ranges::find(state_classes, word, &StateClass::word);
    return found == state_classes.end() ? "quiet" : found->name;
}

std::string state(std::string_view word) { return std::format("<span class=\"state {}\">{}</span>", state_class(word), escape(word)); }

}  // namespace lantern_migrate::daemon::html
