// A body of PL/pgSQL taken apart, so that its SQL can be rewritten, and put together again with everything else as it was written.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace lantern_migrate::plan {

struct BodyPart {
    enum class Kind {
        statement,   // a whole statement of SQL: of its own, of PERFORM, RETURN QUERY, CALL, a loop, a cursor
        expression,  // what can follow SELECT: a condition, a value, `count(*) FROM t`, the `1, 2` of CASE x WHEN 1, 2
        dynamic,     // an expression of EXECUTE: its value becomes SQL at run time
        type,        // of a declaration: vector(3), public.vector, items.v%TYPE, record
    };
    Kind kind;
    std::size_t offset, length;  // in bytes of the body
    std::string text;            // of the body there
    // What to parse and to give back changed: the text, but with blanks where PL/pgSQL's INTO clause stands, and SELECT for PERFORM.
    std::string sql;
    std::string into;  // that clause: INTO STRICT a, b; with() writes it behind a changed statement, where PL/pgSQL takes it too
    // The type, as written, of what the expression's value becomes: of the variable it is assigned to (not of a field or an element), of a
    // cursor's argument, of the function's result. A mere string is read as that type. Empty: none of these, or not known.
    std::string target_type;
    int line;  // of the body, from 1, as in the server's messages
};

class PlpgsqlBody {
public:
    // Throws SqlError for a function that is not in PL/pgSQL, for a body its parser refuses, and for an answer of the parser that is not
    // understood.
    explicit PlpgsqlBody(const PgQuery__CreateFunctionStmt&);

    [[nodiscard]] const std::string& text() const { return text_; }

    // In the order of the text, not overlapping. An expression of a single word (a variable, a number, NOT FOUND) is a part only behind an
    // assignment's target or EXECUTE: there is nothing in it to rewrite. A string is one. The target itself belongs to no part.
    [[nodiscard]] const std::vector<BodyPart>& parts() const { return parts_; }

    // SQL that is in the body, but not for certain in one place, as messages can show it: what uses the extension there cannot be
    // rewritten.
    [[nodiscard]] const std::vector<std::string>& unplaced() const { return unplaced_; }

    // Names with their types as written; a name that two blocks declare is there twice. Parameters first: with their names as they are
    // in the statement (a type there as display() has it), and as $1, $2.
    [[nodiscard]] const std::multimap<std::string, std::string>& variables() const { return variables_; }

    // Another text for a piece of the body that is in no part.
    struct Word {
        std::size_t offset, length;
        std::string text;
    };
    // The body with other `sql` in these parts, by their index, and with these words. Throws SqlError where a PERFORM is given what is no
    // SELECT.
    [[nodiscard]] std::string with(const std::map<std::size_t, std::string>& texts, std::vector<Word> words = {}) const;

private:
    std::string text_;
    std::vector<BodyPart> parts_;
    std::vector<std::string> unplaced_;
    std::multimap<std::string, std::string> variables_;
};

}  // namespace lantern_migrate::plan
