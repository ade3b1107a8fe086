// The independent comparison: SQL on both sides, nothing of our own code.
#pragma once

#include <string>
#include <vector>

namespace lantern_migrate::test {

// Counts, and a hash over each row's text with vectors as real[] on the source's side, of every table of the source but an extension's.
// One line for each difference; empty: equal.
[[nodiscard]] std::vector<std::string> compare_tables(const std::string& source_url, const std::string& target_url);

// Keys, indexes, constraints, views, columns, comments, triggers and sequences of both sides, object by object.
[[nodiscard]] std::vector<std::string> compare_schemas(const std::string& source_url, const std::string& target_url);

// pg_dump of a database without the two lines that hold a random word.
[[nodiscard]] std::string dump(const std::string& url);

// 10,000 words into a table (rank integer, word text, embedding vector(100)) that is there already.
void load_words(const std::string& url, const std::string& table);

}  // namespace lantern_migrate::test
