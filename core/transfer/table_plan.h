// How one table's rows travel: which columns, in which format, converted how. Made from the catalog when a run begins.
#pragma once

#include "config/job_spec.h"
#include "core/codec/row_codec.h"
#include "core/plan/catalog.h"
#include "core/transfer/value_plans.h"
#include "migrations-state/records.h"

#include <string>
#include <vector>

namespace lantern_migrate::transfer {

enum class CopyFormat { binary, text };

struct TablePlan {
    migrations_state::TableRecord record;
    plan::QualifiedName name;
    CopyFormat format = CopyFormat::binary;
    std::vector<codec::Field> fields;           // of binary
    std::vector<std::string> measured_columns;  // those with a VectorMeasure, in order
    std::string source_list;                    // the SELECT list on the source: text has the casts in it
    std::string target_list;                    // the column list on the target

    // `lower` and `upper` are ctids, empty for an open end.
    [[nodiscard]] std::string copy_out(const std::string& lower, const std::string& upper) const;
    [[nodiscard]] std::string copy_in() const;
    // Reads the target back, for verification.
    [[nodiscard]] std::string copy_back(const std::string& lower, const std::string& upper) const;
    [[nodiscard]] std::string item() const;
};

[[nodiscard]] TablePlan plan_table(const plan::Table&, const migrations_state::TableRecord&, const std::string& vector_schema,
                                   const TargetTypeOid&);

// "embedding vector(3) -> real[]", joined by ", "; for the plan and the report.
[[nodiscard]] std::string describe_conversions(const plan::Table&);
[[nodiscard]] bool travels_in_binary(const plan::Table&);

// Fixed bounds of about `chunk_size_bytes` each, TOAST included, or smaller, so that each of several workers gets several of a table of
// some size and none is left with the last one alone. Servers before 14 have no TID range scan: one chunk.
[[nodiscard]] std::vector<migrations_state::NewTable::Bounds> plan_chunks(const plan::Table&, const config::CopySpec&,
                                                                          int server_version_num);

}  // namespace lantern_migrate::transfer
