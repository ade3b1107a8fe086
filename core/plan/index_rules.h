// pgvector indexes -> Lantern indexes: a table of rules (index_rules.cpp), applied to the parsed definition.
#pragma once

#include "config/job_spec.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::plan {

// What Lantern takes (measured on 0.5.0, FACTS 2).
inline constexpr int lantern_max_dimensions = 2000;
inline constexpr int lantern_min_m = 2, lantern_max_m = 128;
inline constexpr int lantern_min_ef_construction = 1, lantern_max_ef_construction = 400;
// Only unit-length vectors rank alike under inner product and cosine.
inline constexpr double unit_norm_tolerance = 1e-3;

// What the copy measured of the indexed column; without it, what depends on values is left undecided.
struct MeasuredColumn {
    std::uint64_t values = 0;
    int min_dimensions = 0;
    int max_dimensions = 0;
    double min_norm = 0;
    double max_norm = 0;
};

struct IndexPolicy {
    config::IndexSpec indexes;
    config::BitVectors bits = config::BitVectors::keep;
    std::string lantern_schema = "public";  // where the target's lantern extension is: operator classes are written qualified
};

enum class TranslationOutcome {
    translated,
    awaits_norms,  // decided once the rows have passed: `sql` is what it becomes if every vector has norm 1
    left_out,      // the job says skip
    unsupported,   // no counterpart, and the job says fail: a blocking finding
};

struct IndexTranslation {
    TranslationOutcome outcome = TranslationOutcome::unsupported;
    std::string sql;                // CREATE INDEX ..., qualified, without semicolon; empty for left_out and unsupported
    std::string column;             // the indexed column, unquoted; whose norms decide
    std::string reason;             // why not, or what changes for the user ("distances become squared; ...")
    std::vector<Finding> findings;  // clamps, changed distances, what the application must change
};

// `columns`: those of the index's table. Never emits what takes Lantern's server down (quant_bits=1).
// Throws SqlError only if the definition is not a CREATE INDEX that PostgreSQL's parser takes.
[[nodiscard]] IndexTranslation translate_index(const SourceIndex&, const std::vector<Column>& columns, const IndexPolicy&,
                                               const std::optional<MeasuredColumn>& measured = std::nullopt);

}  // namespace lantern_migrate::plan
