// How the place of an expression in a body of PL/pgSQL is found: libpg_query gives its text, without an offset. So the parser is given the
// body with a numbered comment behind each token, and a number inside of each string. Expressions are slices of what it read: the numbers
// that come back with them say where they stand, with no guess.
#pragma once

#include "core/plan/plpgsql_declarations.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

class MarkedBody {
public:
    // The tokens are those of `body`. Declared types are given to the parser as text, or as record where `records` has the name or the
    // type says so: libpg_query knows no tables, and would take a variable of a table's type for a scalar that has no fields.
    // The first tokens are left out.
    MarkedBody(const std::string& body, const std::vector<SqlToken>& tokens, const std::vector<PlpgsqlDeclaration>&,
               const std::set<std::string>& records, std::size_t left_out);

    [[nodiscard]] const std::string& text() const { return text_; }

    struct Found {
        std::vector<TokenRange> runs;  // pieces of the body, each word for word
        std::string rest;              // what else is in the query: blanks, words that PL/pgSQL put in, a single word that has no mark
    };
    // Of an expression that the parser gave.
    [[nodiscard]] Found find(const std::string& query) const;
    // The text without marks, for messages.
    [[nodiscard]] std::string without_marks(std::string text) const;

private:
    void append_token(std::size_t token, std::string_view text);
    [[nodiscard]] std::string mark(std::size_t token) const;

    struct Place {
        std::size_t begin = std::string::npos, end = std::string::npos;
        std::size_t number = std::string::npos;  // of the mark inside of it, from its begin; npos: none
    };
    struct Mark {
        std::size_t begin, end;  // the comment's, or of the number in a string
        std::size_t token;
        bool comment;
    };
    [[nodiscard]] bool next_mark(const std::string& query, std::size_t from, Mark&) const;
    // Where the marked token begins in the query; npos if it is not there.
    [[nodiscard]] std::size_t begin_of(const std::string& query, std::size_t from, const Mark&) const;

    const std::vector<SqlToken>& tokens_;
    std::string tag_;  // begins each mark; nowhere in the body
    std::string text_;
    std::vector<Place> places_;
};

}  // namespace lantern_migrate::plan
