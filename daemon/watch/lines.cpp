#include "daemon/watch/lines.h"

#include <algorithm>
#include <ftxui/screen/color.hpp>
#include <ftxui/screen/screen.hpp>
#include <ftxui/screen/string.hpp>

namespace lantern_migrate::daemon::watch {
namespace {

constexpr std::string_view dots = "...";

// One by one, each with the marks that combine with it.
std::vector<std::string> characters(std::string_view text) {
    std::vector<std::string> all = ftxui::Utf8ToGlyphs(std::string(text));
    std::erase(all, std::string{});  // the second cell of a wide one
    return all;
}

// The longest front of at most `width` columns.
std::string_view front(std::string_view text, std::size_t width) {
    std::size_t bytes = 0, used = 0;
    for (const std::string& character : characters(text)) {
        used += width_of(character);
        if (used > width) break;
        bytes += character.size();
    }
    return text.substr(0, bytes);
}

// The longest end of at most `width` columns.
std::string_view back(std::string_view text, std::size_t width) {
    std::size_t bytes = 0, used = 0;
    const std::vector<std::string> all = characters(text);
    for (auto character = all.rbegin(); character != all.rend(); ++character) {
        used += width_of(*character);
        if (used > width) break;
        bytes += character->size();
    }
    return text.substr(text.size() - bytes);
}

ftxui::Element toned(const Span& span, bool color) {
    ftxui::Element element = ftxui::text(span.text);
    const auto in = [&](ftxui::Color::Palette16 value) { return color ? element | ftxui::color(ftxui::Color(value)) : element; };
    switch (span.tone) {
        case Tone::plain: return element;
        case Tone::dim: return element | ftxui::dim;
        case Tone::strong: return element | ftxui::bold;
        case Tone::good: return in(ftxui::Color::Green);
        case Tone::active: return in(ftxui::Color::Cyan);
        // Not bold, which many terminals make bright: unreadable where the background is light.
        case Tone::warning: return in(ftxui::Color::Yellow);
        case Tone::bad: return in(ftxui::Color::Red) | ftxui::bold;
        case Tone::selected: return element | ftxui::inverted;
    }
    return element;
}

}  // namespace

std::size_t width_of(std::string_view text) { return static_cast<std::size_t>(std::max(ftxui::string_width(std::string(text)), 0)); }

std::size_t width_of(const Line& line) {
    std::size_t width = 0;
    for (const Span& span : line) width += width_of(span.text);
    return width;
}

std::string shorten(std::string_view text, std::size_t width) {
    if (width_of(text) <= width) return std::string(text);
    if (width <= dots.size()) return std::string(front(text, width));
    return std::string(front(text, width - dots.size())).append(dots);
}

std::string shorten_name(std::string_view name, std::size_t width) {
    if (width_of(name) <= width) return std::string(name);
    if (width < 12) return shorten(name, width);
    const std::size_t end = (width - dots.size()) * 2 / 5;
    return std::string(front(name, width - dots.size() - end)).append(dots).append(back(name, end));
}

std::string left(std::string_view text, std::size_t width) {
    std::string out = shorten(text, width);
    return out + std::string(width - width_of(out), ' ');
}

std::string right(std::string_view text, std::size_t width) {
    const std::string out = shorten(text, width);
    return std::string(width - width_of(out), ' ') + out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    width = std::max<std::size_t>(width, indent + 8);
    std::vector<std::string> lines;
    std::string line;
    const auto fresh = [&] { return line.empty() || line.find_first_not_of(' ') == std::string::npos; };
    const auto flush = [&] {
        lines.push_back(std::move(line));
        line.assign(indent, ' ');
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty()) continue;
        if (!fresh() && width_of(line) + 1 + width_of(word) > width) flush();
        if (!fresh()) line += ' ';
        while (width_of(line) + width_of(word) > width) {
            const std::string_view part = front(word, width - width_of(line));
            line += part;
            word.remove_prefix(part.size());
            flush();  // a line has room for 8 columns at least, so that every turn takes something
        }
        line += word;
    }
    if (!fresh()) flush();
    return lines;
}

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
    const std::size_t inner = width > 2 ? width - 2 : 0;
    const double share = total == 0 ? 0 : static_cast<double>(std::min(done, total)) / static_cast<double>(total);
    std::string text(static_cast<std::size_t>(share * static_cast<double>(inner)), '=');
    if (text.size() < inner && done > 0) text += '>';
    text.resize(inner, ' ');
    return '[' + text + ']';
}

Line cut_line(Line line, std::size_t width) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const std::size_t wants = width_of(line[i].text);
        if (used + wants > width) {
            line[i].text = shorten(line[i].text, width - used);
            line.resize(i + 1);
            break;
        }
        used += wants;
    }
    return line;
}

ftxui::Element to_element(const Lines& lines, bool color) {
    ftxui::Elements rows;
    for (const Line& line : lines) {
        ftxui::Elements spans;
        for (const Span& span : line) spans.push_back(toned(span, color));
        if (spans.empty()) spans.push_back(ftxui::text(""));
        rows.push_back(ftxui::hbox(std::move(spans)));
    }
    return ftxui::vbox(std::move(rows));
}

std::string render(const Lines& lines, const Size& size, bool color) {
    Lines fitting(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(lines.size(), size.height)));
    for (Line& line : fitting) line = cut_line(std::move(line), size.width);
    auto screen = ftxui::Screen::Create(ftxui::Dimension::Fixed(static_cast<int>(size.width)),
                                        ftxui::Dimension::Fixed(static_cast<int>(size.height)));
    ftxui::Render(screen, to_element(fitting, color));
    return screen.ToString();
}

}  // namespace lantern_migrate::daemon::watch
