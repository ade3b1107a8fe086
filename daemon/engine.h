// The seam between the daemon and the engine below it: what a job runner needs of a migration, so that the daemon's own tests
// need no servers.
#pragma once

#include "config/job_spec.h"
#include "core/progress.h"
#include "core/steps/migration.h"
#include "migrations-state/journal.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace lantern_migrate::daemon {

// One job's engine; see steps::Migration, whose contract this is.
class Engine {
public:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    virtual ~Engine() = default;

    virtual steps::Outcome run(std::stop_token stop, bool cutover_allowed) = 0;
    virtual steps::Pause pause() = 0;
    virtual void release_source() = 0;
    virtual std::string drop_target_objects(const std::stop_token&) = 0;
};

struct EngineFactory {
    std::function<std::unique_ptr<Engine>(config::JobSpec, migrations_state::Journal&, migrations_state::JobId, Progress&, steps::Observer)>
        make;
    std::function<std::string(const config::JobSpec&)> fingerprint;
};

// The real one.
[[nodiscard]] EngineFactory migration_engines(steps::MigrationOptions options);

}  // namespace lantern_migrate::daemon
