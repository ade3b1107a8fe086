#include "core/plan/vector_literal.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace lantern_migrate::plan {
namespace {

constexpr float half_max = 65504.0F;

// What pgvector calls blank: isspace() of the C locale.
std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\n\r\f\v";
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto comma = text.find(',');
        parts.push_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    if (text.starts_with("+-")) return std::nullopt;
    if (text.starts_with('+')) text.remove_prefix(1);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string shortest(float value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

// The nearest value that a halfvec can hold: eleven bits of precision, steps of 2^-24 below 2^-14.
float rounded_to_half(float value) {
    if (value == 0.0F) return value;
    int exponent = 0;
    std::frexp(value, &exponent);
    const int step = std::max(exponent - 11, -24);
    return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(static_cast<double>(value), -step)), step));
}

std::optional<float> element(std::string_view text, VectorType type) {
    const auto value = number<float>(text);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    if (type != VectorType::halfvec) return value;
    const float half = rounded_to_half(*value);
    return std::abs(half) <= half_max ? std::optional(half) : std::nullopt;
}

std::string joined(const std::vector<float>& values) {
    std::string text = "{";
    for (const float value : values) text += (text.size() == 1 ? "" : ",") + shortest(value);
    return text + "}";
}

std::optional<std::vector<float>> dense(std::string_view literal, VectorType type) {
    if (literal.size() < 2 || literal.front() != '[' || literal.back() != ']') return std::nullopt;
    std::vector<float> values;
    for (const std::string_view part : split_at_commas(literal.substr(1, literal.size() - 2))) {
        const auto value = element(part, type);
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

// {index:value,...}/dimensions, indexes from 1.
std::optional<std::vector<float>> sparse(std::string_view literal) {
    const auto slash = literal.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto dimensions = number<int>(trimmed(literal.substr(slash + 1)));
    const std::string_view braces = trimmed(literal.substr(0, slash));
    if (!dimensions || *dimensions < 1 || *dimensions > dense_dimensions_max) return std::nullopt;
    if (braces.size() < 2 || braces.front() != '{' || braces.back() != '}') return std::nullopt;
    std::vector<float> values(static_cast<std::size_t>(*dimensions));
    std::vector<bool> given(values.size());
    const std::string_view elements = trimmed(braces.substr(1, braces.size() - 2));
    if (elements.empty()) return values;
    for (const std::string_view part : split_at_commas(elements)) {
        const auto colon = part.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        const auto index = number<int>(trimmed(part.substr(0, colon)));
        const auto value = element(trimmed(part.substr(colon + 1)), VectorType::sparsevec);
        if (!index || !value || *index < 1 || *index > *dimensions) return std::nullopt;
        const auto place = static_cast<std::size_t>(*index - 1);
        if (given[place]) return std::nullopt;
        given[place] = true;
        values[place] = *value;
    }
    return values;
}

}  // namespace

std::optional<std::string> to_array_literal(std::string_view literal, VectorType type, int dimensions) {
    std::optional<std::vector<float>> values;
    literal = trimmed(literal);
    if (type == VectorType::vector || type == VectorType::halfvec) values = dense(literal, type);
    if (type == VectorType::sparsevec) values = sparse(literal);
    if (!values || (dimensions > 0 && values->size() != static_cast<std::size_t>(dimensions))) return std::nullopt;
    return joined(*values);
}

}  // namespace lantern_migrate::plan
