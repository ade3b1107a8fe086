// What the plan found that the operator should know before anything is touched.
#pragma once

#include <string>

namespace lantern_migrate::plan {

enum class Severity {
    info,      // worth a line in the report
    warning,   // something behaves differently afterwards
    blocking,  // stops the job at the plan
};

struct Finding {
    Severity severity = Severity::info;
    std::string object;  // "index public.items_l1_idx", "view public.nearest"
    std::string reason;  // what and why, one sentence
    std::string remedy;  // what to do, one sentence; for `blocking` never empty

    bool operator==(const Finding&) const = default;
};

}  // namespace lantern_migrate::plan
