// A statement and what `translate` makes of it, or why it is left.
#pragma once

#include "core/plan/query_translation.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace lantern_migrate::plan {

struct TranslatedCase {
    const char* sql;
    const char* expected;
};

inline TranslatedStatement last_translated(const std::string& sql, const char* schema) {
    QueryTranslator translator;
    translator.learn(schema);
    return translator.translate(sql).back();
}

// The last statement's SQL, or "LEFT: " and why.
inline std::string translated_text(const std::string& sql, const char* schema) {
    const TranslatedStatement statement = last_translated(sql, schema);
    std::string problems;
    for (const std::string& problem : statement.problems) problems += (problems.empty() ? "LEFT: " : "; ") + problem;
    if (!problems.empty()) return problems;
    return statement.uses_pgvector ? statement.sql : "unchanged";
}

inline void check_translated(std::initializer_list<TranslatedCase> cases, const char* schema) {
    for (const TranslatedCase& c : cases) EXPECT_EQ(translated_text(c.sql, schema), c.expected) << c.sql;
}

}  // namespace lantern_migrate::plan
