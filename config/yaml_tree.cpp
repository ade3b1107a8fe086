#include "config/yaml_tree.h"

#include "config/text_check.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <format>
#include <sstream>

namespace lantern_migrate::config {
namespace {

Place place_of(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {.line = mark.line + 1, .column = mark.column + 1};
}

// Ends the parse at a mistake after which the rest would only be guessed at.
struct NotOurYaml {
    Mistake mistake;
};

[[noreturn]] void refuse(Place place, std::string message) {
    throw NotOurYaml{{.line = place.line, .column = place.column, .key = {}, .message = std::move(message)}};
}

// Parse events -> tree. The event interface, not YAML::Node: a Node has no place for its keys in every version, resolves
// aliases, and recurses as deep as the file does.
class TreeBuilder : public YAML::EventHandler {
public:
    // `text` is what the parser reads, and outlives the builder.
    explicit TreeBuilder(std::string_view text) : text_(text) {}

    [[nodiscard]] YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0) refuse(place_of(mark), "a second document begins here; a file is one document");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        check(mark, "", anchor);
        add({.kind = YamlNode::Kind::empty, .place = place_of(mark)});
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
        check(mark, tag, anchor);
        if (value.find('\0') != std::string::npos) refuse(place_of(mark), "a text with a NUL character");
        const bool quoted = tag == "!";
        if (quoted) check_quotes(mark);
        add({.kind = YamlNode::Kind::scalar, .place = place_of(mark), .text = value, .quoted = quoted});
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(YamlNode::Kind::list, mark);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(YamlNode::Kind::mapping, mark);
    }
    void OnMapEnd() override { close(); }
    void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_anchor(mark); }

private:
    // A mapping whose value comes next has the entry already, with its key.
    struct Open {
        YamlNode node;
        bool awaits_value = false;
    };

    [[noreturn]] static void refuse_anchor(const YAML::Mark& mark) {
        refuse(place_of(mark), "anchors and aliases (`&` and `*`) are not used here; put a text that begins so in quotes");
    }

    // The tag is "?" for a plain node, "!" for a quoted scalar, and anything else only where the file says so.
    static void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0) refuse_anchor(mark);
        if (!tag.empty() && tag != "?" && tag != "!") {
            refuse(place_of(mark), "tags (`!`) are not used here; put a text that begins so in quotes");
        }
    }

    // yaml-cpp takes the end of a file that ends in a line break for the end of a quoted text, too: half a file would pass for a whole.
    void check_quotes(const YAML::Mark& mark) const {
        const std::string_view written = text_.substr(std::min(static_cast<std::size_t>(mark.pos), text_.size()));
        const char quote = written.empty() ? '\0' : written.front();
        if (quote != '\'' && quote != '"') refuse(place_of(mark), "tags (`!`) are not used here; put a text that begins so in quotes");
        for (std::size_t i = 1; i < written.size(); ++i) {
            const bool doubled = quote == '\'' && written.substr(i).starts_with("''");
            const bool escaped = quote == '"' && written[i] == '\\';
            if (doubled || escaped)
                ++i;
            else if (written[i] == quote)
                return;
        }
        refuse(place_of(mark), "the quote that begins here is not closed");
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark) {
        if (!open_.empty() && awaits_key()) refuse(place_of(mark), "a key must be a word");
        if (open_.size() >= max_yaml_depth) refuse(place_of(mark), std::format("nested more than {} levels deep", max_yaml_depth));
        open_.push_back({.node = {.kind = kind, .place = place_of(mark)}});
    }

    void close() {
        YamlNode node = std::move(open_.back().node);
        open_.pop_back();
        add(std::move(node));
    }

    [[nodiscard]] bool awaits_key() const { return open_.back().node.kind == YamlNode::Kind::mapping && !open_.back().awaits_value; }

    void add(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.kind == YamlNode::Kind::list) {
            parent.node.items.push_back(std::move(node));
        } else if (parent.awaits_value) {
            parent.node.entries.back().value = std::move(node);
            parent.awaits_value = false;
        } else {
            if (node.kind != YamlNode::Kind::scalar) refuse(node.place, "a key must be a word");
            parent.node.entries.push_back({.key = std::move(node.text), .place = node.place, .value = {}});
            parent.awaits_value = true;
        }
    }

    std::string_view text_;
    YamlNode root_;
    std::vector<Open> open_;
    int documents_ = 0;
};

// yaml-cpp's messages are fixed texts, but some end in a piece of the file ("the referenced anchor is not defined: NAME").
std::string without_quotation(const std::string& message) {
    const auto colon = message.find(':');
    return std::format("not YAML: {}", message.substr(0, colon));
}

}  // namespace

YamlNode parse_yaml(std::string_view text, std::vector<Mistake>& mistakes) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (auto unsound = first_unsound_byte(text)) {
        mistakes.push_back(std::move(*unsound));
        return {};
    }
    TreeBuilder builder(text);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const NotOurYaml& refused) {
        mistakes.push_back(refused.mistake);
    } catch (const YAML::Exception& error) {
        const Place place = place_of(error.mark);
        mistakes.push_back({.line = place.line, .column = place.column, .key = {}, .message = without_quotation(error.msg)});
    }
    return builder.take();
}

bool may_be_shown(std::string_view text) {
    constexpr std::size_t longest = 40;
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("_-+. /").contains(c);
    });
}

}  // namespace lantern_migrate::config
