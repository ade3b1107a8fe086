#include "core/plan/sql_tree.h"

#include "core/errors.h"
#include "core/plan/tree_depth.h"

#include <pg_query.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>

namespace lantern_migrate::plan {
namespace {

// libpg_query turns the process's stderr into a pipe while it parses, and back: two threads in it at once could leave it a pipe.
std::mutex parser;

// Comments of the file's length help nobody: the line of the mistake does.
constexpr std::size_t excerpt_bytes_max = 400;

// libpg_query counts characters, a slice of the text counts bytes.
std::size_t byte_of_character(const std::string& sql, int character) {
    std::size_t byte = 0;
    for (int seen = 1; byte < sql.size(); ++byte) {
        if ((static_cast<unsigned char>(sql[byte]) & 0xc0u) == 0x80u) continue;
        if (seen++ == character) break;
    }
    return byte;
}

[[noreturn]] void refuse(const PgQueryError& error, const std::string& sql) {
    if (error.cursorpos <= 0) throw SqlError(error.message, 0, sql.substr(0, excerpt_bytes_max));
    const std::size_t at = byte_of_character(sql, error.cursorpos);
    const std::size_t line = at == 0 ? std::string::npos : sql.rfind('\n', at - 1);
    const std::size_t begin = line == std::string::npos ? 0 : line + 1;
    const std::size_t end = sql.find('\n', at);
    const std::size_t length = end == std::string::npos ? std::string::npos : end - begin;
    throw SqlError(error.message, static_cast<int>(at) + 1, sql.substr(begin, length).substr(0, excerpt_bytes_max));
}

void refuse_too_deep(std::span<const std::uint8_t> packed, const std::string& sql) {
    if (sql.size() < tree_levels_max) return;  // every level takes a character or more
    const auto begin = find_too_deep_statement(packed);
    if (!begin) return;
    const std::size_t first = std::min(sql.find_first_not_of(" \t\r\n", *begin), sql.size());
    throw SqlError("operators, calls or queries lie within each other more than " + std::to_string(tree_levels_max / 2) +
                       " times, a chain of operators counts each: that is deeper than can be read; divide it",
                   static_cast<int>(first) + 1, sql.substr(first, excerpt_bytes_max));
}

// A statement's slice begins behind the semicolon of the one before: with blank space and comments.
std::string_view without_leading_comments(std::string_view text) {
    while (!text.empty()) {
        if (std::isspace(static_cast<unsigned char>(text.front())) != 0) {
            text.remove_prefix(1);
        } else if (text.starts_with("--")) {
            const auto end = text.find('\n');
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        } else if (text.starts_with("/*")) {
            int depth = 0;  // these nest
            do {
                if (text.starts_with("/*"))
                    ++depth, text.remove_prefix(2);
                else if (text.starts_with("*/"))
                    --depth, text.remove_prefix(2);
                else
                    text.remove_prefix(1);
            } while (depth > 0 && !text.empty());
        } else {
            break;
        }
    }
    return text;
}

std::string_view without_trailing_space(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
    return text;
}

}  // namespace

SqlTree::SqlTree(std::string sql) : sql_(std::make_unique<const std::string>(std::move(sql))) {
    // The parser would stop at it and take the half for the whole.
    if (const auto nul = sql_->find('\0'); nul != std::string::npos) {
        throw SqlError("the text has a zero byte", static_cast<int>(nul) + 1, sql_->substr(0, nul).substr(0, excerpt_bytes_max));
    }
    std::unique_lock turn(parser);
    const std::unique_ptr<PgQueryProtobufParseResult, void (*)(PgQueryProtobufParseResult*)> parsed(
        new PgQueryProtobufParseResult(pg_query_parse_protobuf(sql_->c_str())), [](PgQueryProtobufParseResult* result) {
            pg_query_free_protobuf_parse_result(*result);
            delete result;
        });
    turn.unlock();
    if (parsed->error != nullptr) refuse(*parsed->error, *sql_);
    const std::span packed(reinterpret_cast<const std::uint8_t*>(parsed->parse_tree.data), parsed->parse_tree.len);
    refuse_too_deep(packed, *sql_);
    result_.reset(pg_query__parse_result__unpack(nullptr, packed.size(), packed.data()));
    if (result_ == nullptr) throw SqlError("the parser's tree could not be read", 0, sql_->substr(0, excerpt_bytes_max));
    statements_.reserve(result_->n_stmts);
    for (std::size_t i = 0; i < result_->n_stmts; ++i) {
        const PgQuery__RawStmt& raw = *result_->stmts[i];
        const auto begin = static_cast<std::size_t>(raw.stmt_location);
        // Length 0: to the end of the text.
        const auto length = raw.stmt_len == 0 ? std::string_view::npos : static_cast<std::size_t>(raw.stmt_len);
        const auto text = std::string_view(*sql_).substr(begin, length);
        statements_.push_back({raw.stmt, without_trailing_space(without_leading_comments(text))});
    }
}

std::string deparse(PgQuery__Node& statement) {
    PgQuery__RawStmt raw = PG_QUERY__RAW_STMT__INIT;
    raw.stmt = &statement;
    PgQuery__RawStmt* raws[] = {&raw};
    PgQuery__ParseResult whole = PG_QUERY__PARSE_RESULT__INIT;
    whole.version = PG_VERSION_NUM;
    whole.n_stmts = 1;
    whole.stmts = raws;
    std::string packed(pg_query__parse_result__get_packed_size(&whole), '\0');
    pg_query__parse_result__pack(&whole, reinterpret_cast<std::uint8_t*>(packed.data()));
    const PgQueryDeparseResult result = pg_query_deparse_protobuf({packed.size(), packed.data()});
    const std::unique_ptr<const PgQueryDeparseResult, void (*)(const PgQueryDeparseResult*)> owner(
        &result, [](const PgQueryDeparseResult* r) { pg_query_free_deparse_result(*r); });
    if (result.error != nullptr) throw SqlError(result.error->message, 0, {});
    return result.query;
}

std::vector<SqlToken> scan(const std::string& sql) {
    std::vector<SqlToken> tokens;
    const PgQueryScanResult result = pg_query_scan(sql.c_str());
    const std::unique_ptr<const PgQueryScanResult, void (*)(const PgQueryScanResult*)> owner(
        &result, [](const PgQueryScanResult* r) { pg_query_free_scan_result(*r); });
    if (result.error != nullptr) return tokens;
    const std::unique_ptr<PgQuery__ScanResult, void (*)(PgQuery__ScanResult*)> list(
        pg_query__scan_result__unpack(nullptr, result.pbuf.len, reinterpret_cast<const std::uint8_t*>(result.pbuf.data)),
        [](PgQuery__ScanResult* r) { pg_query__scan_result__free_unpacked(r, nullptr); });
    if (list == nullptr) return tokens;
    for (std::size_t i = 0; i < list->n_tokens; ++i) {
        const PgQuery__ScanToken& token = *list->tokens[i];
        if (token.token == PG_QUERY__TOKEN__SQL_COMMENT || token.token == PG_QUERY__TOKEN__C_COMMENT) continue;
        tokens.push_back(
            {std::string_view(sql).substr(static_cast<std::size_t>(token.start), static_cast<std::size_t>(token.end - token.start)),
             token.token, token.keyword_kind != PG_QUERY__KEYWORD_KIND__NO_KEYWORD});
    }
    return tokens;
}

#ifdef __SANITIZE_ADDRESS__
}  // namespace lantern_migrate::plan

// libpg_query forgets a copy of what came on stderr, a byte or so, for each body of PL/pgSQL.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:pg_query_raw_parse\n"; }

namespace lantern_migrate::plan {
#endif

std::string plpgsql_json(const std::string& create_function) {
    // libpg_query turns the process's stderr into a pipe while it reads, and takes what another thread writes there meanwhile for an
    // error of its own: one without a file, whose texts must not be freed because they are constants. Such an answer is asked for again.
    constexpr int attempts = 5;
    const std::scoped_lock turn(parser);
    for (int attempt = 1;; ++attempt) {
        PgQueryPlpgsqlParseResult result = pg_query_parse_plpgsql(create_function.c_str());
        if (result.error == nullptr) {
            std::string json = result.plpgsql_funcs;
            pg_query_free_plpgsql_parse_result(result);
            return json;
        }
        const bool foreign = result.error->filename == nullptr || *result.error->filename == '\0';
        std::string message = result.error->message;
        if (!foreign) {
            const std::string_view context = result.error->context == nullptr ? "" : result.error->context;
            const auto line = context.rfind(" near line ");
            if (line != std::string_view::npos) message += context.substr(line);
            pg_query_free_plpgsql_parse_result(result);
        }
        if (!foreign || attempt == attempts) throw SqlError(message, 0, {});
    }
}

}  // namespace lantern_migrate::plan
