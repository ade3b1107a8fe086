#include "core/errors.h"

#include <utility>

namespace lantern_migrate {
namespace {

std::string describe(const PgError::Facts& facts) {
    std::string text = facts.server.empty() ? std::string{} : facts.server + ": ";
    text += facts.message;
    if (!facts.sqlstate.empty()) text += " (SQLSTATE " + facts.sqlstate + ")";
    if (!facts.detail.empty()) text += "; detail: " + facts.detail;
    if (!facts.context.empty()) text += "; context: " + facts.context;
    if (!facts.statement.empty()) text += "; statement: " + facts.statement;
    return text;
}

}  // namespace

PgError::PgError(Facts facts) : std::runtime_error(describe(facts)), facts_(std::move(facts)) {}

}  // namespace lantern_migrate
