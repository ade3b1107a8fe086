// packaging/doc/sql.md says of everything that pgvector has what becomes of it.
#include "core/plan/compatibility.h"
#include "tests/support/cluster.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

namespace lantern_migrate::test {
namespace {

// Of a table's row: the cells, with \| as |.
std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> result(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
            result.back() += line[++i];
        } else if (line[i] == '|') {
            result.emplace_back();
        } else {
            result.back() += line[i];
        }
    }
    return result;
}

// What is between backticks.
std::vector<std::string> codes(const std::string& cell) {
    std::vector<std::string> result;
    std::size_t begin = 0;
    while ((begin = cell.find('`', begin)) != std::string::npos) {
        const auto end = cell.find('`', begin + 1);
        if (end == std::string::npos) break;
        result.push_back(cell.substr(begin + 1, end - begin - 1));
        begin = end + 1;
    }
    return result;
}

struct Documented {
    std::set<std::string> first;                           // codes of first cells
    std::set<std::pair<std::string, std::string>> paired;  // with each code of the second cell
};

// By section: "Types", "Indexes", ...
std::map<std::string, Documented> documented() {
    std::map<std::string, Documented> sections;
    std::ifstream file(LANTERN_SOURCE_DIR "/packaging/doc/sql.md");
    std::string section;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) section = line.substr(3);
        if (!line.starts_with("| ")) continue;
        const auto parts = cells(line);
        if (parts.size() < 4) continue;
        for (const std::string& name : codes(parts[1])) {
            sections[section].first.insert(name);
            for (const std::string& of : codes(parts[2])) sections[section].paired.emplace(name, of);
        }
    }
    return sections;
}

// (section, name, of) of each member of the extension. Left out:
// - what reads and writes its types: typinput, typoutput, typreceive, typsend, typmodin
// - what only an index method calls: handlers and support functions, which take `internal`
// - operator families, which are named as their classes
constexpr const char* members =
    "WITH members AS (SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'"
    " AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vector'))"
    "SELECT 'Types', format_type(objid, NULL), NULL FROM members WHERE classid = 'pg_type'::regclass"
    " UNION ALL SELECT 'Indexes', opcname, amname FROM members JOIN pg_opclass o ON o.oid = objid JOIN pg_am a ON a.oid = opcmethod"
    " WHERE classid = 'pg_opclass'::regclass"
    " UNION ALL SELECT 'Operators', oprname, format_type(oprleft, NULL) FROM members JOIN pg_operator o ON o.oid = objid"
    " WHERE classid = 'pg_operator'::regclass"
    " UNION ALL SELECT 'Casts', format_type(castsource, NULL), format_type(casttarget, NULL) FROM members JOIN pg_cast c ON c.oid = objid"
    " WHERE classid = 'pg_cast'::regclass"
    " UNION ALL SELECT 'Functions', proname, format_type(proargtypes[0], NULL) FROM members JOIN pg_proc p ON p.oid = objid"
    " WHERE classid = 'pg_proc'::regclass AND NOT 'internal'::regtype = ANY (proargtypes) AND NOT EXISTS (SELECT FROM pg_type t WHERE "
    "p.oid IN"
    " (t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin))"
    " UNION ALL SELECT 'other', classid::regclass::text, NULL FROM members WHERE classid NOT IN ('pg_type'::regclass, "
    "'pg_opclass'::regclass,"
    " 'pg_operator'::regclass, 'pg_cast'::regclass, 'pg_proc'::regclass, 'pg_opfamily'::regclass)";

TEST(SqlPage, SaysOfEverythingInPgvectorWhatBecomesOfIt) {
    const auto cluster = Cluster::source();
    query(cluster->url("postgres"), "CREATE EXTENSION vector");
    const auto sections = documented();
    std::map<std::string, int> counts;
    for (const auto& row : query(cluster->url("postgres"), members)) {
        const std::string section = row[0].value_or(""), name = row[1].value_or("");
        ++counts[section];
        if (section == "other") {
            EXPECT_EQ(name, "pg_am") << "something that this test does not know";
            continue;
        }
        ASSERT_TRUE(sections.contains(section)) << section;
        const Documented& there = sections.at(section);
        EXPECT_TRUE(row[2] ? there.paired.contains({name, *row[2]}) : there.first.contains(name))
            << "section " << section << ": " << name << " of " << row[2].value_or("no type");
    }
    EXPECT_EQ(counts, (std::map<std::string, int>{
                          {"Types", 6}, {"Indexes", 24}, {"Operators", 40}, {"Casts", 23}, {"Functions", 96}, {"other", 2}}));
}

TEST(SqlPage, NamesOnlyFunctionsThatThereAre) {
    std::ifstream file(LANTERN_SOURCE_DIR "/packaging/doc/sql.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::string prefix = std::string(plan::compatibility_schema) + ".";
    std::set<std::string> named;
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
        at += prefix.size();
        const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", at);
        const std::string& name = *named.insert(text.substr(at, end - at)).first;
        EXPECT_NO_THROW((void)plan::compatibility_closure({name})) << name;
    }
    EXPECT_GE(named.size(), 25U);
}

}  // namespace
}  // namespace lantern_migrate::test
