// `plan` and `indexes`: what would be done, changing nothing; no daemon needed for a job file.
#include "daemon/plan_text.h"

#include "config/job_reader.h"
#include "daemon/cli/control_point.h"
#include "daemon/cli/options.h"
#include "daemon/cli/output.h"
#include "daemon/report.h"

#include <boost/json.hpp>

namespace lantern_migrate::daemon::cli {
namespace {

steps::PlanReport plan_job_file(const Options& options) {
    const config::JobSpec spec = config::read_job_file(options.job);
    try {
        return steps::make_plan(spec, {.pg_dump = options.pg_dump.value_or("pg_dump")}, options.queries);
    } catch (const std::exception&) {
        const Verdict verdict = judge(std::current_exception());
        throw CommandError(verdict.reason, verdict.hint, verdict.exit_status);
    }
}

}  // namespace

int plan_command(const Options& options) {
    const steps::PlanReport report = plan_job_file(options);
    if (options.json) {
        print_json(to_json(report));
    } else {
        print(plan_text(report));
    }
    return report.blocked() ? exit_failed : exit_done;
}

int indexes_command(const Options& options) {
    if (is_job_file(options.job)) {
        const steps::PlanReport report = plan_job_file(options);
        if (options.json) {
            print_json({{"job", options.job}, {"indexes", indexes_json(report.indexes)}});
        } else {
            print(indexes_sql(report.indexes));
        }
        return exit_done;
    }
    print(control_point(options)->get(job_target(options.job, options.json ? "/indexes" : "/indexes?format=sql")));
    return exit_done;
}

}  // namespace lantern_migrate::daemon::cli
