#include "config/mistakes.h"

#include <algorithm>
#include <format>
#include <tuple>

namespace lantern_migrate::config {
namespace {

std::vector<Mistake> in_the_order_of_the_file(std::vector<Mistake> mistakes) {
    std::ranges::stable_sort(mistakes, {}, [](const Mistake& mistake) { return std::tuple(mistake.line, mistake.column); });
    return mistakes;
}

std::string one_line_each(const std::string& file, const std::vector<Mistake>& mistakes) {
    std::string text;
    for (const Mistake& mistake : mistakes) {
        if (!text.empty()) text += '\n';
        text += std::format("{}:{}:{}: ", file, mistake.line, mistake.column);
        if (!mistake.key.empty()) text += mistake.key + ": ";
        text += mistake.message;
    }
    return text;
}

}  // namespace

SpecError::SpecError(std::string file, std::vector<Mistake> mistakes)
    : std::runtime_error(one_line_each(file, in_the_order_of_the_file(mistakes))),
      file_(std::move(file)),
      mistakes_(in_the_order_of_the_file(std::move(mistakes))) {}

}  // namespace lantern_migrate::config
