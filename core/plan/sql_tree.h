// SQL as PostgreSQL's own parser sees it (libpg_query): text to tree and back. The only file that talks to libpg_query's functions.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

// The trees of one text. Nodes are malloc'ed by protobuf-c and freed with the tree: what is put into it must come from tree_nodes.h.
// Any thread may parse, one after the other (they take turns by themselves), and a tree may go from one thread to another.
class SqlTree {
public:
    // Throws SqlError for what the parser refuses.
    explicit SqlTree(std::string sql);

    struct Statement {
        PgQuery__Node* node;
        std::string_view text;  // as written, without leading comments and final semicolon; lives as long as the tree
    };
    [[nodiscard]] const std::vector<Statement>& statements() const { return statements_; }
    [[nodiscard]] std::string_view text() const { return *sql_; }

private:
    struct Free {
        void operator()(PgQuery__ParseResult* result) const { pg_query__parse_result__free_unpacked(result, nullptr); }
    };
    // On the heap, so that views into it survive a move of the tree.
    std::unique_ptr<const std::string> sql_;
    std::unique_ptr<PgQuery__ParseResult, Free> result_;
    std::vector<Statement> statements_;
};

// The statement as SQL, without semicolon. Throws SqlError for a tree that has no SQL.
[[nodiscard]] std::string deparse(PgQuery__Node& statement);

struct SqlToken {
    std::string_view text;
    PgQuery__Token kind;
    bool keyword;
};

// The text's tokens without comments; empty if the scanner refuses it (an unfinished string, say). They point into `sql`.
[[nodiscard]] std::vector<SqlToken> scan(const std::string& sql);

// The functions of PL/pgSQL in a text, as libpg_query's JSON. Throws SqlError for a body that it refuses; the message has the body's line.
[[nodiscard]] std::string plpgsql_json(const std::string& create_function);

}  // namespace lantern_migrate::plan
