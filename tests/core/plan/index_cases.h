// Indexes as the source's catalog gives them, and what became of them as text.
#pragma once

#include "core/plan/index_rules.h"

#include <string>
#include <utility>
#include <vector>

namespace lantern_migrate::plan::testing {

inline Column vector_column(int dimensions = 3, VectorType type = VectorType::vector) {
    const std::string word = type == VectorType::halfvec ? "halfvec" : type == VectorType::sparsevec ? "sparsevec" : "vector";
    return {.name = "embedding",
            .type = dimensions > 0 ? word + "(" + std::to_string(dimensions) + ")" : word,
            .type_modifier = dimensions > 0 ? dimensions : -1,
            .vector = type};
}

inline Column bit_column(int bits) {
    return {.name = "embedding", .type = "bit(" + std::to_string(bits) + ")", .type_modifier = bits, .as_integers = true};
}

inline Column plain_column(std::string type) { return {.name = "embedding", .type = std::move(type)}; }

// `rest` begins behind the table's name: "USING hnsw (embedding public.vector_l2_ops)".
inline SourceIndex items_index(const std::string& rest, std::string opclass) {
    const std::string using_method = rest.substr(rest.find("USING ") + 6);
    return {.name = {"public", "items_embedding_idx"},
            .table = {"public", "items"},
            .method = using_method.substr(0, using_method.find(' ')),
            .opclasses = {std::move(opclass)},
            .definition = "CREATE INDEX items_embedding_idx ON public.items " + rest};
}

// How a finding ends that says that an index is left out.
inline const std::string without_index =
    "; queries that it served read the whole table on the target, unless another index is made there by hand\n";

inline std::string word(TranslationOutcome outcome) {
    switch (outcome) {
        case TranslationOutcome::translated: return "translated";
        case TranslationOutcome::awaits_norms: return "awaits norms";
        case TranslationOutcome::left_out: return "left out";
        case TranslationOutcome::unsupported: return "unsupported";
    }
    return "unknown";
}

// A finding a line, "severity object: reason; remedy".
inline std::string text(const std::vector<Finding>& findings) {
    std::string all;
    for (const Finding& finding : findings) {
        const char* severity = finding.severity == Severity::info      ? "info "
                               : finding.severity == Severity::warning ? "warning "
                                                                       : "blocking ";
        all += severity + finding.object + ": " + finding.reason + (finding.remedy.empty() ? "" : "; " + finding.remedy) + "\n";
    }
    return all;
}

}  // namespace lantern_migrate::plan::testing
