// Everything that can be known before anything is touched: the catalog, the schema's plan, each index's translation, and what is in the
// way.
#pragma once

#include "config/job_spec.h"
#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"
#include "core/plan/index_rules.h"
#include "core/plan/schema.h"

#include <cstddef>
#include <filesystem>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

namespace lantern_migrate::steps {

struct Preflight {
    plan::Catalog catalog;  // only the tables that move
    std::string dump;       // pg_dump's, if it was asked to be kept
    plan::SchemaPlan schema;
    std::vector<plan::IndexTranslation> translations;  // one for each of catalog.vector_indexes
    std::vector<plan::Finding> findings;               // all of them, those of schema and translations included

    [[nodiscard]] std::vector<const plan::Finding*> blocking() const;
};

struct PreflightRequest {
    const config::JobSpec& spec;
    std::filesystem::path pg_dump;
    std::string application_name;
    std::string snapshot;  // of the source session's transaction, for pg_dump; empty: each its own
    bool keep_dump = false;
    bool check_target = true;  // false once the target holds what this job made
    // A schema of more statements is not made on the target (rehearsal.h).
    std::size_t rehearsed_statements_max = std::numeric_limits<std::size_t>::max();
};

// Reads from both, changes neither: what it makes on the target (rehearsal.h) it takes back. `target` may be null where the database is
// still to be created. Throws MigrationError for what makes the question meaningless: no pgvector, nothing to move, too old a server or
// pg_dump.
[[nodiscard]] Preflight examine(pg::Session& source, const config::ConnectionParameters& source_parameters, pg::Session* target,
                                const PreflightRequest&, std::stop_token);

// Leaves in the catalog only the tables that the job's filter selects, with their indexes and sequences, and marks the columns of bits
// that become something else.
void fit_to_job(plan::Catalog&, const config::JobSpec&);

// Where the target's lantern extension is, or will be.
[[nodiscard]] std::string lantern_schema(pg::Session& target);

[[nodiscard]] plan::SchemaOptions schema_options(const config::JobSpec&, const plan::Catalog&, const std::string& lantern_schema);
[[nodiscard]] plan::IndexPolicy index_policy(const config::JobSpec&, const std::string& lantern_schema);

}  // namespace lantern_migrate::steps
