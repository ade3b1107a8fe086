#include "tests/integration/statement_log.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <regex>
#include <sstream>

namespace lantern_migrate::test {
namespace {

// What a session may set for itself without anybody else noticing.
const std::set<std::string> own_settings{
    "ARRAY_NULLS",
    "BYTEA_OUTPUT",
    "CHECK_FUNCTION_BODIES",
    "CLIENT_ENCODING",
    "CLIENT_MIN_MESSAGES",
    "DATESTYLE",
    "DEFAULT_TRANSACTION_ISOLATION",
    "EXTRA_FLOAT_DIGITS",
    "IDLE_IN_TRANSACTION_SESSION_TIMEOUT",
    "IDLE_SESSION_TIMEOUT",
    "INTERVALSTYLE",
    "JIT",
    "LC_MONETARY",
    "LOCK_TIMEOUT",
    "QUOTE_ALL_IDENTIFIERS",
    "ROW_SECURITY",
    "SEARCH_PATH",
    "STANDARD_CONFORMING_STRINGS",
    "STATEMENT_TIMEOUT",
    "SYNCHRONIZE_SEQSCANS",
    "TIMEZONE",
    "TRANSACTION_TIMEOUT",
    "XMLOPTION",
};
// Volatile, because what they tell changes; they change nothing themselves. set_config() sets for the session.
const std::set<std::string> harmless_volatile_functions{
    "pg_control_checkpoint", "pg_control_system", "pg_is_in_recovery", "pg_relation_size", "pg_table_size", "set_config",
};
constexpr std::array transaction_ends{"COMMIT", "END", "ROLLBACK"};
// Nothing longer is matched with std::regex, which recurses once a character.
constexpr std::size_t longest_setting = 500;
const std::set<std::string> words_of_writers{"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "INTO", "SHARE"};

// Behind the quote at `at`, the place of the one that closes it.
std::size_t end_of_quoted(std::string_view sql, std::size_t at, bool backslashes) {
    const char quote = sql[at];
    for (++at; at < sql.size(); ++at) {
        if (backslashes && sql[at] == '\\')
            ++at;
        else if (sql[at] == quote && at + 1 < sql.size() && sql[at + 1] == quote)
            ++at;
        else if (sql[at] == quote)
            return at;
    }
    return sql.size();
}

// Statements without literals, quoted names and comments, in upper case, each on one line with single blanks.
std::vector<std::string> bare_statements(std::string_view sql) {
    std::vector<std::string> bare(1);
    const auto add = [&](char c) {
        std::string& statement = bare.back();
        if (c == ';') return static_cast<void>(bare.emplace_back());
        const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (!blank)
            statement += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        else if (!statement.empty() && statement.back() != ' ')
            statement += ' ';
    };
    for (std::size_t at = 0; at < sql.size(); ++at) {
        if (sql.substr(at, 2) == "--") {
            at = std::min(sql.find('\n', at), sql.size());
            add(' ');
        } else if (sql.substr(at, 2) == "/*") {
            at = std::min(sql.find("*/", at) + 1, sql.size());
            add(' ');
        } else if (sql[at] == '\'' || sql[at] == '"') {
            const bool name = sql[at] == '"';
            at = end_of_quoted(sql, at, at > 0 && (sql[at - 1] == 'E' || sql[at - 1] == 'e'));
            for (const char c : std::string_view(name ? "Q" : "''")) add(c);
        } else {
            add(sql[at]);
        }
    }
    for (std::string& statement : bare) {
        while (statement.ends_with(' ')) statement.pop_back();
    }
    std::erase(bare, "");
    return bare;
}

bool is_reading_query(const std::string& bare, const std::set<std::string>& volatile_functions) {
    static const std::regex word(R"(([A-Z_][A-Z0-9_]*)( ?\()?)");
    for (auto found = std::sregex_iterator(bare.begin(), bare.end(), word); found != std::sregex_iterator(); ++found) {
        std::string name = (*found)[1];
        if (words_of_writers.contains(name)) return false;
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if ((*found)[2].matched && volatile_functions.contains(name) && !harmless_volatile_functions.contains(name)) return false;
    }
    return true;
}

bool sets_own_setting(const std::string& bare) {
    static const std::regex set(R"(SET ([A-Z_]+) ?(=|TO) ?('?[^ ]*'?)(, ?[A-Z]+)?)");
    std::smatch parts;
    if (bare.size() > longest_setting || !std::regex_match(bare, parts, set)) return false;
    return own_settings.contains(parts[1]) || (parts[1] == "DEFAULT_TRANSACTION_READ_ONLY" && parts[3] == "ON");
}

// What stands in the statement between `front` and `back`, if it has both.
std::optional<std::string_view> between(std::string_view bare, std::string_view front, std::string_view back) {
    if (bare.size() < front.size() + back.size() || !bare.starts_with(front) || !bare.ends_with(back)) return std::nullopt;
    return bare.substr(front.size(), bare.size() - front.size() - back.size());
}

bool is_made_of(std::string_view text, std::string_view signs) {
    return std::ranges::all_of(text, [&](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || signs.contains(c); });
}

bool is_reading_lock(std::string_view bare) {
    const auto tables = between(bare, "LOCK TABLE ", " IN ACCESS SHARE MODE");
    return tables && is_made_of(*tables, "_., ");
}

// The query in `PREPARE name (types) AS query`.
std::optional<std::string> prepared_query(std::string_view bare) {
    const std::size_t as = bare.find(") AS ");
    if (!bare.starts_with("PREPARE ") || as == std::string_view::npos || !is_made_of(bare.substr(0, as), "_., (")) return std::nullopt;
    return std::string(bare.substr(as + 5));
}

// Of what had to be prepared before.
bool is_execute(std::string_view bare) {
    const auto call = between(bare, "EXECUTE ", ")");
    return call && call->contains('(') && is_made_of(*call, "', (");
}

bool is_allowed(const std::string& bare, const std::set<std::string>& volatile_functions) {
    static const std::array exact{
        std::string("BEGIN"),  // pg_dump's; the next but one line makes it READ ONLY, and so does PGOPTIONS
        std::string("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        std::string("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
    };
    if (std::ranges::contains(exact, bare) || is_reading_lock(bare) || is_execute(bare)) return true;
    const auto prepared = prepared_query(bare);
    const std::string& query = prepared ? *prepared : bare;
    if (query.starts_with("SELECT ") || query.starts_with("WITH ")) return is_reading_query(query, volatile_functions);
    return !prepared && sets_own_setting(bare);
}

// The text of a statement that begins on this line: `…|LOG:  statement: text` or `…|LOG:  execute name: text`.
std::optional<std::string> beginning(std::string_view line) {
    const auto behind = [&](std::string_view mark) {
        const std::size_t at = line.find(mark);
        if (at == std::string_view::npos) return false;
        line.remove_prefix(at + mark.size());
        return true;
    };
    if (!behind("|LOG:  ") || !(line.starts_with("statement: ") || line.starts_with("execute ")) || !behind(": ")) return std::nullopt;
    return std::string(line);
}

}  // namespace

std::vector<std::string> logged_statements(std::string_view log) {
    std::vector<std::string> statements;
    std::istringstream lines{std::string(log)};
    bool in_statement = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('\t')) {
            if (in_statement) statements.back() += "\n" + line.substr(1);
            continue;
        }
        const auto begun = beginning(line);
        in_statement = begun.has_value();
        if (begun) statements.push_back(*begun);
    }
    return statements;
}

std::vector<std::string> without_rolled_back(const std::vector<std::string>& statements) {
    std::vector<std::string> kept;
    for (auto next = statements.begin(); next != statements.end(); ++next) {
        const auto end = *next == "BEGIN READ WRITE"
                             ? std::find_first_of(next, statements.end(), transaction_ends.begin(), transaction_ends.end())
                             : statements.end();
        if (end != statements.end() && *end == "ROLLBACK")
            next = end;
        else
            kept.push_back(*next);
    }
    return kept;
}

std::vector<std::string> more_than_reading(const std::vector<std::string>& statements, const std::set<std::string>& volatile_functions) {
    std::vector<std::string> found;
    for (const std::string& statement : statements) {
        const bool fine =
            std::ranges::all_of(bare_statements(statement), [&](const auto& bare) { return is_allowed(bare, volatile_functions); });
        if (!fine) found.push_back(statement);
    }
    return found;
}

}  // namespace lantern_migrate::test
