// The part of Run that turns the journal's tables into work for the copy.
#include "core/steps/run.h"

namespace lantern_migrate::steps {

using migrations_state::ChunkState;

namespace {

std::uint32_t target_type_oid(pg::Session& target, const plan::ValueType& type) {
    const auto rows = target.execute(
        "SELECT CASE WHEN $3 THEN t.typarray ELSE t.oid END FROM pg_catalog.pg_type t"
        " JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = $1 AND t.typname = $2",
        pqxx::params{type.name.schema, type.name.name, type.array_of_name});
    if (rows.empty()) throw MigrationError("the target has no type " + type.name.text(), "create it there, then retry the job");
    return rows[0][0].as<std::uint32_t>();
}

}  // namespace

std::vector<transfer::TableWork> Run::plan_tables() {
    std::map<plan::QualifiedName, const plan::Table*> tables;
    for (const plan::Table& table : catalog().tables) tables[table.name] = &table;
    std::map<std::pair<plan::QualifiedName, bool>, std::uint32_t> target_oids;
    const transfer::TargetTypeOid target_oid = [&](const plan::ValueType& type) {
        const auto [known, is_new] = target_oids.try_emplace({type.name, type.array_of_name}, 0);
        if (is_new) known->second = target_type_oid(target(), type);
        return known->second;
    };
    std::map<migrations_state::TableId, std::size_t> places;
    std::vector<transfer::TableWork> work;
    for (const auto& record : journal.tables(job.id)) {
        const auto found = tables.find({record.schema, record.name});
        if (found == tables.end() || found->second->shape() != record.shape) {
            throw MigrationError("table " + record.schema + "." + record.name + " got other columns on the source since the job began",
                                 "cancel the job and submit it anew");
        }
        places[record.id] = work.size();
        work.push_back({.plan = transfer::plan_table(*found->second, record, catalog().vector_schema, target_oid),
                        .chunks = {},
                        .chunks_total = 0,
                        .measures = {}});
    }
    for (const auto& chunk : journal.chunks(job.id)) {
        transfer::TableWork& table = work.at(places.at(chunk.table));
        ++table.chunks_total;
        if (chunk.state != ChunkState::done) {
            table.chunks.push_back(chunk);
            continue;
        }
        const auto entry = ledger_entries_.find({table.plan.item(), chunk.number});
        if (entry == ledger_entries_.end()) continue;
        if (table.measures.empty()) table.measures.resize(entry->second.measures.size());
        for (std::size_t i = 0; i < table.measures.size(); ++i) table.measures[i].merge(entry->second.measures.at(i));
    }
    return work;
}

}  // namespace lantern_migrate::steps
