#include "daemon/engine.h"

namespace lantern_migrate::daemon {
namespace {

class MigrationEngine final : public Engine {
public:
    MigrationEngine(config::JobSpec spec, migrations_state::Journal& journal, migrations_state::JobId job,
                    const steps::MigrationOptions& options, Progress& progress, steps::Observer observer)
        : migration_(std::move(spec), journal, job, options, progress, std::move(observer)) {}

    steps::Outcome run(std::stop_token stop, bool cutover_allowed) override { return migration_.run(std::move(stop), cutover_allowed); }
    steps::Pause pause() override { return migration_.pause(); }
    void release_source() override { migration_.release_source(); }
    std::string drop_target_objects(const std::stop_token& stop) override { return migration_.drop_target_objects(stop); }

private:
    steps::Migration migration_;
};

}  // namespace

EngineFactory migration_engines(steps::MigrationOptions options) {
    return {.make =
                [options](config::JobSpec spec, migrations_state::Journal& journal, migrations_state::JobId job, Progress& progress,
                          steps::Observer observer) {
                    return std::make_unique<MigrationEngine>(std::move(spec), journal, job, options, progress, std::move(observer));
                },
            .fingerprint = steps::job_fingerprint};
}

}  // namespace lantern_migrate::daemon
