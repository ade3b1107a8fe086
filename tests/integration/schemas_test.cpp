// The corpus: every schema of tests/integration/schemas goes through the whole of a job on real servers, or is refused as it says.
#include "tests/integration/neighbours.h"
#include "tests/integration/scenario.h"
#include "tests/integration/schema_case.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>

namespace lantern_migrate::test {
namespace {

namespace json = boost::json;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

class Schema : public testing::TestWithParam<SchemaCase> {
protected:
    Schema() {
        run_checked({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", GetParam().file, scenario_.source_url()});
    }

    // Of the plan, as the case writes them. Those of severity info stay out unless it names them.
    [[nodiscard]] std::vector<std::string> findings(const std::string& job) const {
        const Finished plan = run({LANTERN_MIGRATE_BIN, "plan", job, "--json"});
        EXPECT_EQ(plan.ending.exit_code, GetParam().blocked() ? 1 : 0) << plan.out << plan.err;
        std::vector<std::string> found;
        const json::value document = json::parse(plan.out);
        for (const json::value& entry : document.at("findings").as_array()) {
            const json::object& finding = entry.as_object();
            const auto text = [&](const char* key) { return std::string(finding.at(key).as_string()); };
            EXPECT_NE(text("object"), "");
            const std::string line = text("severity") + ": " + text("object") + ": " + text("reason");
            if (text("severity") == "info" && !std::ranges::contains(GetParam().findings, line)) continue;
            EXPECT_NE(text("remedy"), "") << text("object") << ": " << text("reason") << ": what is to be done about it?";
            found.push_back(line);
        }
        return found;
    }

    // What is missing on a side does not differ.
    static bool differs(const std::string& difference, const std::string& object) {
        return difference.starts_with(object + ": source has ");
    }

    // Each has to be there and to differ, once.
    static std::vector<std::string> without_rewritten(std::vector<std::string> differences, const std::vector<std::string>& objects) {
        for (const std::string& object : objects) {
            const auto number = std::erase_if(differences, [&](const std::string& difference) { return differs(difference, object); });
            EXPECT_EQ(number, 1U) << object << ": the case says that it differs";
        }
        return differences;
    }

    // Each may differ: Lantern's own sums end as pgvector's do more often than the stand-in's.
    static std::vector<std::string> without_computed(std::vector<std::string> differences, const std::vector<std::string>& tables) {
        for (const std::string& table : tables)
            std::erase_if(differences, [&](const std::string& difference) { return differs(difference, table); });
        return differences;
    }

    void compare() {
        const std::string source = scenario_.source_url(), target = scenario_.target_url();
        EXPECT_THAT(without_computed(compare_tables(source, target), GetParam().computed), IsEmpty());
        EXPECT_THAT(without_rewritten(compare_schemas(source, target), GetParam().rewritten),
                    UnorderedElementsAreArray(GetParam().differences));
        EXPECT_THAT(compare_neighbours(source, target), IsEmpty());
        for (const std::string& sql : GetParam().same) EXPECT_EQ(query(target, sql), query(source, sql)) << sql;
        for (const auto& [sql, text] : GetParam().answers) EXPECT_EQ(query_text(target, sql), text) << sql;
        if (GetParam().indexes.empty()) return;
        std::vector<std::string> indexes;
        for (const auto& row : query(target,
                                     "SELECT pg_get_indexdef(c.oid) FROM pg_class c JOIN pg_am m ON m.oid = c.relam"
                                     " WHERE m.amname = 'lantern_hnsw'")) {
            indexes.push_back(row[0].value());
        }
        EXPECT_THAT(indexes, UnorderedElementsAreArray(GetParam().indexes));
    }

    Scenario scenario_;
};

TEST_P(Schema, MovesWholeOrIsRefusedAsItSays) {
    const SchemaCase& schema = GetParam();
    const std::string job = scenario_.write_job(joined(schema.job));
    for (const std::string& sql : schema.before) query(scenario_.target_url(), sql);
    const std::string source = dump(scenario_.source_url()), target = dump(scenario_.target_url());
    EXPECT_THAT(findings(job), UnorderedElementsAreArray(schema.findings));
    const Finished finished = scenario_.run_job(job);
    EXPECT_EQ(finished.ending.exit_code, schema.blocked() ? 1 : 0) << finished.out << finished.err;
    EXPECT_EQ(dump(scenario_.source_url()), source) << "the source changed";
    if (!schema.blocked()) return compare();
    EXPECT_EQ(dump(scenario_.target_url()), target) << "a refused job touches nothing";
}

INSTANTIATE_TEST_SUITE_P(Corpus, Schema, testing::ValuesIn(schema_cases()), [](const auto& one) { return one.param.name; });

}  // namespace

void PrintTo(const SchemaCase& schema, std::ostream* out) { *out << schema.name; }

}  // namespace lantern_migrate::test
