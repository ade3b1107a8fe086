#include "core/transfer/restart.h"

#include "migrations-state/failpoint.h"

#include <algorithm>
#include <set>

namespace lantern_migrate::transfer {
namespace {

using migrations_state::BuildRecord;
using migrations_state::BuildState;

struct Drop {
    std::string sql;
    std::string item;  // the build that made it, as plan_schema calls it
};

// What was built on the table, in an order in which it can be dropped: foreign keys that point to it before the key they point to.
std::vector<Drop> what_was_built(pg::Session& target, const plan::QualifiedName& table) {
    std::vector<Drop> drops;
    const pqxx::params name{table.schema, table.name};
    const std::string this_table =
        "(SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = $1 AND c.relname = $2)";
    for (const auto& row :
         target.execute("SELECT k.conname, n.nspname, c.relname, k.contype FROM pg_catalog.pg_constraint k"
                        " JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                        " WHERE k.conparentid = 0 AND ((k.contype = 'f' AND " +
                            this_table +
                            " IN (k.conrelid, k.confrelid))"
                            " OR (k.contype IN ('p', 'u', 'x') AND k.conrelid = " +
                            this_table + ")) ORDER BY k.contype <> 'f', k.conname",
                        name)) {
        const plan::QualifiedName owner{row[1].as<std::string>(), row[2].as<std::string>()};
        const auto constraint = row[0].as<std::string>();
        const bool foreign = row[3].as<std::string>() == "f";
        drops.push_back({.sql = "ALTER TABLE " + owner.sql() + " DROP CONSTRAINT " + plan::quote_identifier(constraint),
                         .item = foreign ? "foreign key " + constraint + " on " + owner.text() : ""});
    }
    for (const auto& row : target.execute(
             "SELECT n.nspname, i.relname FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid"
             " JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace WHERE x.indrelid = " +
                 this_table +
                 " AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))"
                 " AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = x.indexrelid)",
             name)) {
        const plan::QualifiedName index{row[0].as<std::string>(), row[1].as<std::string>()};
        drops.push_back({.sql = "DROP INDEX " + index.sql(), .item = "index " + index.text()});
    }
    for (const auto& row : target.execute(
             "SELECT tgname FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgparentid = 0 AND tgrelid = " + this_table, name)) {
        drops.push_back({.sql = "DROP TRIGGER " + plan::quote_identifier(row[0].as<std::string>()) + " ON " + table.sql(), .item = ""});
    }
    return drops;
}

// TRUNCATE refuses a table that a foreign key points to; the operator's stays, disabled as it is (transfer_schema.cpp sees to that).
std::string empty_sql(pg::Session& target, const plan::QualifiedName& table, TableOf made_by) {
    if (made_by == TableOf::job) return "TRUNCATE ONLY " + table.sql();
    const bool referenced =
        target
            .execute("SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = $1::pg_catalog.regclass)",
                     pqxx::params{table.sql()})
            .one_row()[0]
            .as<bool>();
    return (referenced ? "DELETE FROM ONLY " : "TRUNCATE ONLY ") + table.sql();
}

// Builds that have to be done again: everything on the table, what was dropped elsewhere, and what was computed from the rows.
bool concerns(const BuildRecord& build, const migrations_state::TableRecord& table, const std::set<std::string>& dropped) {
    if (build.table_schema == table.schema && build.table == table.name) return true;
    return dropped.contains(build.item) || build.kind == "materialized_view";
}

}  // namespace

void empty_table(pg::Session& target, const plan::QualifiedName& table, TableOf made_by) {
    target.execute(empty_sql(target, table, made_by));
}

void restart_table(pg::Session& target, const Ledger& ledger, migrations_state::Journal& journal, migrations_state::JobId job,
                   const migrations_state::TableRecord& table, const std::string& tripwire, TableOf made_by) {
    const plan::QualifiedName name{table.schema, table.name};
    const auto builds = journal.builds(job);
    const auto is_ours = [&](const std::string& item) { return std::ranges::contains(builds, item, &BuildRecord::item); };
    std::vector<BuildRecord> again;
    {
        pg::Transaction transaction(target);
        target.execute("LOCK TABLE ONLY " + name.sql() + " IN ACCESS EXCLUSIVE MODE");  // waits for what a killed run left
        std::set<std::string> dropped;
        for (const Drop& drop : what_was_built(target, name)) {
            if (made_by == TableOf::the_operator && !is_ours(drop.item)) continue;
            target.execute(drop.sql);
            if (!drop.item.empty()) dropped.insert(drop.item);
        }
        empty_table(target, name, made_by);
        ledger.forget(target, table_item(table.schema, table.name));
        ledger.forget(target, "rows");
        for (const BuildRecord& build : builds) {
            if (!concerns(build, table, dropped)) continue;
            ledger.forget(target, build.item);
            again.push_back(build);
        }
        LANTERN_FAILPOINT("table_restart.before_commit");
        transaction.commit();
    }
    LANTERN_FAILPOINT("table_restart.after_commit");
    for (const BuildRecord& build : again) {
        if (build.state != BuildState::skipped) journal.reopen_build(build.id);
    }
    journal.restart_table(table.id, tripwire);
}

}  // namespace lantern_migrate::transfer
