#include "daemon/control_routes.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <format>

namespace lantern_migrate::daemon {
namespace {

template <typename Take>
bool split(std::string_view text, char separator, Take&& take) {
    for (;;) {
        const std::size_t end = std::min(text.find(separator), text.size());
        auto part = percent_decode(text.substr(0, end));
        if (!part) return false;
        take(*std::move(part));
        if (end == text.size()) return true;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned value = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
        if (error != std::errc{} || end != text.data() + i + 3) return std::nullopt;
        out += static_cast<char>(value);
        i += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
            out += c;
        } else {
            out += std::format("%{:02X}", byte);
        }
    }
    return out;
}

std::optional<ControlTarget> ControlTarget::from(std::string_view target) {
    ControlTarget parsed;
    const std::size_t mark = std::min(target.find('?'), target.size());
    if (!target.starts_with('/')) return std::nullopt;
    if (!split(target.substr(1, mark - 1), '/', [&](std::string part) { parsed.path.push_back(std::move(part)); })) return std::nullopt;
    if (mark == target.size()) return parsed;
    const bool fine = split(target.substr(mark + 1), '&', [&](const std::string& part) {
        const std::size_t equals = std::min(part.find('='), part.size());
        parsed.query[part.substr(0, equals)] = equals < part.size() ? part.substr(equals + 1) : "";
    });
    return fine ? std::optional(parsed) : std::nullopt;
}

std::string_view ControlTarget::parameter(std::string_view key) const {
    const auto found = query.find(key);
    return found == query.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace lantern_migrate::daemon
