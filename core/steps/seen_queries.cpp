#include "core/steps/seen_queries.h"

#include "core/errors.h"
#include "core/pg/server.h"
#include "core/plan/query_translation.h"

namespace lantern_migrate::steps {
namespace {

constexpr const char* extension = "pg_stat_statements";

// Other roles' statements read so to whoever may not see them.
constexpr std::string_view hidden = "<insufficient privilege>";

bool is_installed(pg::Session& source, std::string& schema) {
    const pg::ExtensionState state = pg::extension_state(source, extension);
    schema = state.schema;
    return state.installed_version.has_value();
}

auto read_statements(pg::Session& source, const std::string& schema) {
    return source.execute("SELECT query, sum(calls)::pg_catalog.int8, count(*) FROM " + plan::quote_identifier(schema) +
                          ".pg_stat_statements WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname ="
                          " pg_catalog.current_database()) GROUP BY query ORDER BY 2 DESC, 1");
}

}  // namespace

SeenQueries read_seen_queries(pg::Session& source, const plan::Catalog& catalog, const std::string& dump) {
    SeenQueries seen;
    std::string schema;
    if (!is_installed(source, schema)) {
        seen.missing = "the source database has no extension pg_stat_statements";
        return seen;
    }
    plan::QueryTranslator translator({.vector_schema = catalog.vector_schema,
                                      .lantern_schema = {},
                                      .functions = catalog.vector_functions,
                                      .operators = catalog.vector_operators});
    translator.learn(dump);
    try {
        for (const auto& row : read_statements(source, schema)) {
            const auto text = row[0].as<std::string>();
            if (text == hidden) {
                seen.hidden += row[2].as<std::int64_t>();  // they all read alike
                continue;
            }
            try {
                for (const plan::TranslatedStatement& statement : translator.translate(text)) {
                    if (!statement.uses_pgvector) continue;
                    seen.queries.push_back({.calls = row[1].as<std::int64_t>(),
                                            .query = statement.original,
                                            .translation = statement.problems.empty() ? statement.sql : "",
                                            .notes = statement.notes,
                                            .problems = statement.problems});
                }
            } catch (const SqlError&) {
                ++seen.unreadable;  // cut off at track_activity_query_size, or of a later PostgreSQL
            }
        }
    } catch (const PgError& error) {
        // Without its library it refuses, and its schema may be somebody else's. The plan has more to say than this.
        if (error.facts().connection_lost) throw;
        seen.missing = error.facts().message;
    }
    return seen;
}

}  // namespace lantern_migrate::steps
