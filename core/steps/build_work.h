// The builds of a run, as the builder threads and the steps need them.
#pragma once

#include "core/index/builds.h"
#include "core/steps/run.h"

namespace lantern_migrate::steps {

// Builds that a killed run had begun are pending again; those that took their server down are counted. Once a run, before any build.
void take_up_builds(Run&);

[[nodiscard]] index::BuilderContext builder_context(Run&);

// Shows all builds of the job in its progress.
void show_builds(Run&);

// Tables that have builds but no rows of their own: partitioned parents. Ready when all rows are in, because what their indexes become
// may depend on the rows of their partitions.
void ready_parents(Run&, index::Builder&);

}  // namespace lantern_migrate::steps
