// Named places where a test kills the process: every boundary between a journal or ledger entry and its side effect.
// Compiled out unless LANTERN_FAILPOINTS is defined (all presets but `release`).
//
//   LANTERN_FAILPOINT=NAME[:N]   in the environment: raise SIGKILL at the N-th passing of NAME (default: the first)
//
// The list in failpoint.cpp is the parameter list of the crash tests: a name that is not in it does not compile into a test.
#pragma once

#include <span>
#include <string_view>

namespace lantern_migrate::migrations_state {

// Every failpoint there is, in the order of a job.
[[nodiscard]] std::span<const std::string_view> failpoint_names();

void pass_failpoint(std::string_view name);

}  // namespace lantern_migrate::migrations_state

#ifdef LANTERN_FAILPOINTS
#define LANTERN_FAILPOINT(name) ::lantern_migrate::migrations_state::pass_failpoint(name)
#else
#define LANTERN_FAILPOINT(name) static_cast<void>(0)
#endif
