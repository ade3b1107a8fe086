// `translate`: an application's SQL on pgvector as SQL on Lantern. Needs no server and no daemon.
#include "daemon/cli/options.h"
#include "daemon/cli/output.h"

#include "core/errors.h"
#include "core/plan/query_translation.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace lantern_migrate::daemon::cli {
namespace {

namespace json = boost::json;

constexpr const char* standard_input = "-";

std::string without_byte_order_mark(std::string text) {
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    return text;
}

std::string read_all(const std::string& file) {
    if (file == standard_input) return without_byte_order_mark({std::istreambuf_iterator<char>(std::cin), {}});
    std::ifstream in(file, std::ios::binary);
    try {
        if (in.is_open()) return without_byte_order_mark({std::istreambuf_iterator<char>(in), {}});
    } catch (const std::ios_base::failure&) {  // of a directory
    }
    throw CommandError("cannot read " + file + ": " + std::strerror(errno), "name a file with SQL in it", exit_usage);
}

constexpr const char* sql_hint = "nothing was translated; placeholders are written $1, $2, and psql's commands (\\d, :name) are not SQL";
constexpr const char* schema_hint = "the schema is to be SQL that declares the tables, such as `pg_dump --schema-only` writes";

[[noreturn]] void refuse(const std::string& file, const std::string& sql, const SqlError& error, const char* hint) {
    const auto at = static_cast<std::size_t>(std::max(0, error.cursor() - 1));
    const auto line = 1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(std::min(at, sql.size())), '\n');
    throw CommandError((file == standard_input ? "standard input" : file) + ":" + std::to_string(line) + ": " + error.what(), hint,
                       exit_usage);
}

json::array texts(const auto& lines) {
    json::array all;
    for (const std::string& line : lines) all.emplace_back(line);
    return all;
}

json::object to_json(const std::vector<plan::TranslatedStatement>& statements, const std::set<std::string>& functions) {
    json::array all;
    for (const plan::TranslatedStatement& statement : statements) {
        all.push_back({{"line", statement.line},
                       {"uses_pgvector", statement.uses_pgvector},
                       {"original", statement.original},
                       {"sql", statement.problems.empty() ? json::value(statement.sql) : json::value(nullptr)},
                       {"notes", texts(statement.notes)},
                       {"problems", texts(statement.problems)},
                       {"functions", texts(statement.functions)}});
    }
    return {{"statements", std::move(all)}, {"functions", texts(functions)}, {"functions_sql", plan::compatibility_sql(functions)}};
}

std::string summary(std::size_t changed, std::size_t failed, const std::set<std::string>& functions, bool with_functions) {
    std::string text = "-- lantern-migrate: " + std::to_string(changed) + " translated, " + std::to_string(failed) + " not\n";
    if (functions.empty() || with_functions) return text;
    std::string names;
    for (const std::string& name : functions) names += (names.empty() ? "" : ", ") + name;
    return text + "-- lantern-migrate: calls of pgvector_compat: " + names + "; --functions shows the SQL that makes them\n";
}

}  // namespace

int translate_command(const Options& options) {
    plan::QueryTranslator translator;
    if (options.schema) {
        const std::string schema = read_all(*options.schema);
        try {
            translator.learn(schema);
        } catch (const SqlError& error) {
            refuse(*options.schema, schema, error, schema_hint);
        }
    }
    const std::string file = options.job.empty() ? standard_input : options.job;
    const std::string sql = read_all(file);
    std::vector<plan::TranslatedStatement> statements;
    try {
        statements = translator.translate(sql);
    } catch (const SqlError& error) {
        refuse(file, sql, error, sql_hint);
    }
    std::set<std::string> functions;
    std::size_t changed = 0, failed = 0;
    for (const plan::TranslatedStatement& statement : statements) {
        functions.insert(statement.functions.begin(), statement.functions.end());
        if (!statement.problems.empty())
            ++failed;
        else if (statement.uses_pgvector)
            ++changed;
    }
    if (options.json) {
        print_json(to_json(statements, functions));
    } else {
        std::string text = summary(changed, failed, functions, options.functions);
        if (options.functions) text += plan::compatibility_sql(functions);
        text += plan::translated_text(sql, statements);
        print(text + (text.ends_with('\n') ? "" : "\n"));
    }
    return failed == 0 ? exit_done : exit_failed;
}

}  // namespace lantern_migrate::daemon::cli
