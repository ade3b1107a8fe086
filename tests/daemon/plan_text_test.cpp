#include "daemon/plan_text.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

steps::PlanReport plan() {
    steps::PlanReport report;
    report.source = "postgresql://reader@old.example/app";
    report.source_version = "PostgreSQL 17.5, pgvector 0.8.0";
    report.target = "postgresql://owner@new.example/app";
    report.target_version = "PostgreSQL 17.5, lantern 0.5.0";
    report.tables = {{.name = "public.words",
                      .bytes = 3 << 20,
                      .estimated_rows = 10000,
                      .chunks = 2,
                      .binary = true,
                      .conversion = "embedding vector(100) -> real[]"},
                     {.name = "public.new", .bytes = 0, .estimated_rows = -1, .chunks = 1, .binary = false, .conversion = ""}};
    report.indexes = {{.name = "public.words_idx",
                       .table = "public.words",
                       .definition = "CREATE INDEX words_idx ON public.words USING hnsw (embedding vector_l2_ops)",
                       .translation = "CREATE INDEX words_idx ON public.words USING lantern_hnsw (embedding dist_l2sq_ops)",
                       .state = "translated",
                       .reason = "distances become squared"}};
    report.steps = {"connect: the target has lantern already", "transfer_data: copy 2 tables with 4 workers"};
    return report;
}

TEST(PlanText, ShowsTablesIndexesAndSteps) {
    EXPECT_EQ(plan_text(plan()),
              "source: postgresql://reader@old.example/app, PostgreSQL 17.5, pgvector 0.8.0\n"
              "target: postgresql://owner@new.example/app, PostgreSQL 17.5, lantern 0.5.0\n"
              "\n"
              "Tables\n"
              "  table         rows, about  on disk  chunks  by\n"
              "  public.words       10,000  3.0 MiB       2  binary\n"
              "  public.new              ?      0 B       1  text\n"
              "  public.words: embedding vector(100) -> real[]\n"
              "\n"
              "Vector indexes\n"
              "  public.words_idx on public.words: translated\n"
              "    before: CREATE INDEX words_idx ON public.words USING hnsw (embedding vector_l2_ops)\n"
              "    after: CREATE INDEX words_idx ON public.words USING lantern_hnsw (embedding dist_l2sq_ops)\n"
              "    why: distances become squared\n"
              "\n"
              "Steps\n"
              "  connect: the target has lantern already\n"
              "  transfer_data: copy 2 tables with 4 workers\n"
              "\n"
              "ready to run; nothing was changed\n");
}

TEST(PlanText, EndsWithWhatBlocks) {
    steps::PlanReport report = plan();
    report.findings = {
        {plan::Severity::blocking, "table public.words", "it exists on the target already", "drop it there"},
        {plan::Severity::warning, "database app", "3 large objects are not moved", "move them with pg_dump --large-objects"}};
    const std::string text = plan_text(report);
    EXPECT_TRUE(
        text.ends_with("\n"
                       "Findings\n"
                       "  warning: database app: 3 large objects are not moved\n"
                       "    remedy: move them with pg_dump --large-objects\n"
                       "  blocking: table public.words: it exists on the target already\n"
                       "    remedy: drop it there\n"
                       "\n"
                       "blocked by 1 finding; nothing was changed\n"))
        << text;
}

TEST(PlanJson, SaysUnknownAsNull) {
    const boost::json::object object = to_json(plan());
    EXPECT_EQ(object.at("tables").at(0).at("estimated_rows"), 10000);
    EXPECT_TRUE(object.at("tables").at(1).at("estimated_rows").is_null());
    EXPECT_EQ(object.at("blocked"), false);
}

}  // namespace
}  // namespace lantern_migrate::daemon
