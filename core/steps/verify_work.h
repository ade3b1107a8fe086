// Reading the target back, as the step `verify` does it, and ahead of it while indexes are built.
#pragma once

#include "core/steps/run.h"

namespace lantern_migrate::steps {

// Reads back and compares every table whose rows are all there, as the job's `verify` says, and journals what it found; what differs is
// for the step to refuse. Left out: tables that were found equal before and that nobody has written to on the target since.
// Throws TransientError when stopped.
void verify_tables(Run&);

}  // namespace lantern_migrate::steps
