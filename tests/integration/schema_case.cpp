#include "tests/integration/schema_case.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>

namespace lantern_migrate::test {
namespace {

constexpr const char* directory = LANTERN_SOURCE_DIR "/tests/integration/schemas";
constexpr std::string_view comment = "-- ";
constexpr std::string_view answers = " => ";

std::vector<std::string>* list_of(SchemaCase& schema, std::string_view key) {
    if (key == "job") return &schema.job;
    if (key == "before") return &schema.before;
    if (key == "finding") return &schema.findings;
    if (key == "differs") return &schema.differences;
    if (key == "rewritten") return &schema.rewritten;
    if (key == "computed") return &schema.computed;
    if (key == "index") return &schema.indexes;
    if (key == "same") return &schema.same;
    return nullptr;
}

}  // namespace

bool SchemaCase::blocked() const {
    return std::ranges::any_of(findings, [](const std::string& finding) { return finding.starts_with("blocking: "); });
}

SchemaCase read_schema_case(const std::filesystem::path& file) {
    SchemaCase schema{.name = file.stem(), .file = file};
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line) && line.starts_with(comment);) {
        const std::string text = line.substr(comment.size());
        const auto colon = text.find(": ");
        const std::string key = text.substr(0, colon);
        if (key.find(' ') != std::string::npos || colon == std::string::npos) continue;  // prose
        const std::string value = text.substr(colon + 2);
        if (key == "target") {
            const auto arrow = value.rfind(answers);
            if (arrow == std::string::npos) throw std::runtime_error(file.string() + ": `target:` wants ` => `: " + line);
            schema.answers.push_back({value.substr(0, arrow), value.substr(arrow + answers.size())});
        } else if (auto* list = list_of(schema, key)) {
            list->push_back(value);
        } else {
            throw std::runtime_error(file.string() + ": unknown key: " + line);
        }
    }
    return schema;
}

std::vector<SchemaCase> schema_cases() {
    std::vector<SchemaCase> cases;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() == ".sql") cases.push_back(read_schema_case(entry.path()));
    }
    std::ranges::sort(cases, {}, &SchemaCase::name);
    return cases;
}

}  // namespace lantern_migrate::test
