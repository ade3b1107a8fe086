// Lines of toned text for a terminal of a given width, in columns: a CJK character takes two of them. And how they become a picture.
#pragma once

#include <cstdint>
#include <ftxui/dom/elements.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::daemon::watch {

// What a text means. Colour only underlines what the words say.
enum class Tone { plain, dim, strong, good, active, warning, bad, selected };

struct Span {
    std::string text;  // printable()
    Tone tone = Tone::plain;
};
using Line = std::vector<Span>;
using Lines = std::vector<Line>;

struct Size {
    std::size_t width = 80;
    std::size_t height = 24;
};

// Columns that a terminal uses for it; `text` is printable().
[[nodiscard]] std::size_t width_of(std::string_view text);
[[nodiscard]] std::size_t width_of(const Line&);
// At most `width` columns, "..." at the end of what was longer.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t width);
// The same for names, which often differ at their ends: "..." in the middle.
[[nodiscard]] std::string shorten_name(std::string_view name, std::size_t width);
// Blanks to exactly `width` columns behind it, or before it.
[[nodiscard]] std::string left(std::string_view text, std::size_t width);
[[nodiscard]] std::string right(std::string_view text, std::size_t width);
// Broken at blanks; a longer word is broken hard. Lines behind the first begin with `indent` blanks.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t indent = 0);
// "[===>    ]", `width` columns with its brackets.
[[nodiscard]] std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width);
// Cut to `width` columns.
[[nodiscard]] Line cut_line(Line, std::size_t width);

[[nodiscard]] ftxui::Element to_element(const Lines&, bool color);
// What goes to the terminal, lines ended by "\r\n".
[[nodiscard]] std::string render(const Lines&, const Size&, bool color);

}  // namespace lantern_migrate::daemon::watch
