// `lantern-migrate translate` as a shell meets it.
#include "scratch.h"
#include "tests/support/process.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

namespace json = boost::json;
using lantern_migrate::test::Finished;
using test::Scratch;
using test::write;

constexpr const char* root_note =
    "-- lantern-migrate: Lantern's <-> is the squared distance: sqrt() around it, but bare where it orders, so that the index serves it\n";
constexpr const char* literal_note = "-- lantern-migrate: vectors are written '{1,2,3}', not '[1,2,3]'\n";

class Translate : public testing::Test {
protected:
    Translate() {
        write(scratch_ / "schema.sql", "\\restrict x\nCREATE TABLE public.items (id integer, name text, v public.vector(3));\n");
        write(scratch_ / "queries.sql", "-- nearest\nSELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 5;\nSELECT 1;\n");
    }

    // In the directory of the files, by a shell.
    Finished ask(const std::string& arguments) const {
        return lantern_migrate::test::run({"/bin/sh", "-c", std::string(LANTERN_MIGRATE_PROGRAM) + " translate " + arguments},
                                          {.working_directory = scratch_.dir()});
    }

    Scratch scratch_;
};

TEST_F(Translate, PrintsTheFileWithItsStatementsTranslated) {
    const Finished finished = ask("--schema schema.sql queries.sql");
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.err;
    EXPECT_EQ(finished.out, std::string("-- lantern-migrate: 1 translated, 0 not\n-- nearest\n") + root_note + literal_note +
                                "SELECT id FROM items ORDER BY v <-> '{1,2,3}' LIMIT 5;\nSELECT 1;\n");
    EXPECT_EQ(finished.err, "");
}

TEST_F(Translate, ReadsStandardInputWhereNoFileIsNamed) {
    const std::string expected = ask("queries.sql").out;
    EXPECT_EQ(ask("<queries.sql").out, expected);
    EXPECT_EQ(ask("- <queries.sql").out, expected);
    const Finished empty = ask("</dev/null");
    EXPECT_EQ(empty.ending.exit_code, 0);
    EXPECT_EQ(empty.out, "-- lantern-migrate: 0 translated, 0 not\n");
}

TEST_F(Translate, EndsWithOneWhereAStatementHasNoCounterpart) {
    write(scratch_ / "queries.sql", "INSERT INTO items (v) VALUES ('[1,2,3]'); SELECT vector_to_float4(v, 3, true) FROM items");
    const Finished finished = ask("--schema schema.sql queries.sql");
    EXPECT_EQ(finished.ending.exit_code, 1);
    EXPECT_EQ(finished.out, std::string("-- lantern-migrate: 1 translated, 1 not\n") + literal_note +
                                "INSERT INTO items (v) VALUES ('{1,2,3}'); \n"
                                "-- lantern-migrate: NOT TRANSLATED: uses function vector_to_float4, which has no counterpart\n"
                                "SELECT vector_to_float4(v, 3, true) FROM items\n");
    // Without the schema, it is not guessed.
    EXPECT_EQ(ask("queries.sql").out.substr(0, 39), "-- lantern-migrate: 0 translated, 2 not");
}

TEST_F(Translate, ShowsTheFunctionsThatItCallsIfItIsAsked) {
    write(scratch_ / "queries.sql", "SELECT v <+> '[1,2,3]' FROM items;\n");
    EXPECT_THAT(ask("queries.sql").out,
                testing::StartsWith("-- lantern-migrate: 1 translated, 0 not\n"
                                    "-- lantern-migrate: calls of pgvector_compat: l1_distance; --functions shows the SQL "
                                    "that makes them\n"));
    const Finished finished = ask("--functions queries.sql");
    EXPECT_THAT(finished.out, testing::StartsWith("-- lantern-migrate: 1 translated, 0 not\nCREATE SCHEMA IF NOT EXISTS pgvector_compat;"));
    EXPECT_THAT(finished.out, testing::HasSubstr("FUNCTION pgvector_compat.l1_distance("));
    EXPECT_THAT(finished.out, testing::EndsWith("\nSELECT pgvector_compat.l1_distance(v, '{1,2,3}') FROM items;\n"));
}

TEST_F(Translate, ShowsJson) {
    write(scratch_ / "queries.sql", "\nSELECT v <+> '[1,2,3]' FROM items;\nSELECT vector_to_float4(v, 3, true) FROM items; SELECT 1");
    const Finished finished = ask("--json queries.sql");
    EXPECT_EQ(finished.ending.exit_code, 1);
    const json::object document = json::parse(finished.out).as_object();
    const json::array& statements = document.at("statements").as_array();
    ASSERT_EQ(statements.size(), 3U);
    EXPECT_EQ(statements[0].at("line"), json::value(2));
    EXPECT_EQ(statements[0].at("sql"), "SELECT pgvector_compat.l1_distance(v, '{1,2,3}') FROM items");
    EXPECT_EQ(statements[0].at("functions"), (json::array{"l1_distance"}));
    EXPECT_EQ(statements[0].at("notes").as_array().size(), 2U);
    EXPECT_EQ(statements[1].at("sql"), json::value(nullptr));
    EXPECT_EQ(statements[1].at("problems"), (json::array{"uses function vector_to_float4, which has no counterpart"}));
    EXPECT_EQ(statements[2].at("uses_pgvector"), json::value(false));
    EXPECT_EQ(statements[2].at("sql"), "SELECT 1");
    EXPECT_EQ(document.at("functions"), (json::array{"l1_distance"}));
    EXPECT_THAT(std::string(document.at("functions_sql").as_string()), testing::HasSubstr("FUNCTION pgvector_compat.l1_distance("));
}

TEST_F(Translate, EndsWithTwoAndTheLineOfWhatIsNoSql) {
    const std::string hint =
        "\nhint: nothing was translated; placeholders are written $1, $2, and psql's commands (\\d, :name) are not SQL\n";
    write(scratch_ / "bad.sql", "SELECT 'ü';\n\nSELEC 1;\n");
    EXPECT_EQ(ask("bad.sql").ending.exit_code, 2);
    EXPECT_EQ(ask("bad.sql").out, "");
    EXPECT_EQ(ask("bad.sql").err, "lantern-migrate: bad.sql:3: syntax error at or near \"SELEC\"" + hint);
    EXPECT_EQ(ask("<bad.sql").err, "lantern-migrate: standard input:3: syntax error at or near \"SELEC\"" + hint);
    EXPECT_EQ(ask("--schema bad.sql queries.sql").err,
              "lantern-migrate: bad.sql:3: syntax error at or near \"SELEC\"\n"
              "hint: the schema is to be SQL that declares the tables, such as `pg_dump --schema-only` writes\n");
    write(scratch_ / "bad.sql", "SELECT v <-> :query FROM items;");
    EXPECT_EQ(ask("bad.sql").err, "lantern-migrate: bad.sql:1: syntax error at or near \":\"" + hint);
}

TEST_F(Translate, PassesOverAByteOrderMark) {
    const std::string expected = ask("--schema schema.sql queries.sql").out;
    write(scratch_ / "queries.sql", "\xef\xbb\xbf-- nearest\nSELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 5;\nSELECT 1;\n");
    write(scratch_ / "schema.sql",
          "\xef\xbb\xbf"
          "CREATE TABLE public.items (id integer, name text, v public.vector(3));\n");
    EXPECT_EQ(ask("--schema schema.sql queries.sql").out, expected);
    EXPECT_EQ(ask("--schema schema.sql <queries.sql").out, expected);
}

TEST_F(Translate, EndsWithTwoWhereAFileCannotBeRead) {
    for (const char* arguments : {"absent.sql", "--schema absent.sql queries.sql"}) {
        EXPECT_EQ(ask(arguments).ending.exit_code, 2);
        EXPECT_EQ(ask(arguments).err,
                  "lantern-migrate: cannot read absent.sql: No such file or directory\nhint: name a file with SQL in it\n");
    }
    EXPECT_EQ(ask(".").err, "lantern-migrate: cannot read .: Is a directory\nhint: name a file with SQL in it\n");
}

}  // namespace
}  // namespace lantern_migrate::daemon
