#include "core/plan/compatibility.h"

#include <algorithm>
#include <format>
#include <stdexcept>

namespace lantern_migrate::plan {
namespace {

void add(std::string_view name, std::vector<const CompatibilityFunction*>& made) {
    const auto functions = compatibility_functions();
    const auto found = std::ranges::find(functions, name, &CompatibilityFunction::name);
    if (found == functions.end()) throw std::out_of_range(std::format("there is no compatibility function {}", name));
    if (std::ranges::contains(made, &*found)) return;
    for (const std::string_view need : found->needs) add(need, made);
    made.push_back(&*found);
}

}  // namespace

std::vector<const CompatibilityFunction*> compatibility_closure(const std::set<std::string>& names) {
    std::vector<const CompatibilityFunction*> made;
    for (const std::string& name : names) add(name, made);
    return made;
}

}  // namespace lantern_migrate::plan
