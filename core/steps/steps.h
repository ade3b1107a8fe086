// The steps, one function each. Each takes the job from where journal and ledger say it is to its end, and may be called again after
// any interruption. The order is migration.cpp's alone.
#pragma once

#include "core/steps/run.h"

#include <optional>
#include <string>

namespace lantern_migrate::steps {

void connect(Run&);
void save_indexes(Run&);
void stop_source(Run&);
void transfer_schema(Run&);
void transfer_data(Run&);
void create_indexes(Run&);
void verify(Run&);
// False: it waits for the operator.
bool cutover(Run&, bool allowed);

// Everything is verified and handed over; at most the ledger is left to be dropped.
[[nodiscard]] bool handed_over(const migrations_state::Journal&, migrations_state::JobId);

// The SQL that makes the source's database writable by default again, as it was; empty if this job never changed that.
[[nodiscard]] std::optional<std::string> source_restore_sql(const migrations_state::Journal&, migrations_state::JobId);

// A run that takes up a job whose source was given back meanwhile (a cancel that could not be carried out) stops it again.
void stop_source_again(Run&);

// Gives the source back what stop_source changed. For `cancel`.
void release_source(const config::JobSpec&, migrations_state::Journal&, migrations_state::JobId);

}  // namespace lantern_migrate::steps
