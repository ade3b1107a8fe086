// An application's SQL on pgvector as SQL on Lantern: `lantern-migrate translate`, and the statements that a source has seen.
#pragma once

#include "core/plan/catalog.h"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

struct TranslatedStatement {
    std::size_t line = 0;               // where it begins, from 1
    std::size_t offset = 0;             // in bytes, and
    std::string original;               // as written, without comments before it
    bool uses_pgvector = false;         // it is changed, or would have to be
    std::string sql;                    // without semicolon; as it was where there are problems
    std::vector<std::string> notes;     // what is different now, a sentence each
    std::vector<std::string> problems;  // what has no counterpart or cannot be told
    std::set<std::string> functions;    // of the compatibility schema that it calls
};

struct TranslatorOptions {
    std::string vector_schema{};        // where the source has the extension; empty: names of any schema may be its own
    std::string lantern_schema{};       // written before Lantern's operators where pgvector's had a schema; empty: none is
    std::set<std::string> functions{};  // the extension's, as the catalog has them; empty: pgvector 0.8's
    std::set<std::string> operators{};
};

// Keeps what it has learned of tables, views and functions. Not for several threads at once.
class QueryTranslator {
public:
    explicit QueryTranslator(TranslatorOptions = {});
    ~QueryTranslator();

    // A schema, as pg_dump or an application's own files have it: what types columns are of.
    // Throws SqlError for what the parser refuses.
    void learn(std::string_view schema);

    // Statements of a text, which learns from itself too. Throws SqlError for what the parser refuses.
    [[nodiscard]] std::vector<TranslatedStatement> translate(const std::string& sql);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The text with its statements translated, everything else as it was, and a comment before each that changed or could not be.
[[nodiscard]] std::string translated_text(const std::string& sql, const std::vector<TranslatedStatement>&);

// SQL that makes the compatibility functions, and those they need.
[[nodiscard]] std::string compatibility_sql(const std::set<std::string>& functions);

}  // namespace lantern_migrate::plan
