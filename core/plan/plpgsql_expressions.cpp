#include "core/errors.h"
#include "core/plan/plpgsql_parts.h"

#include <boost/json.hpp>

namespace lantern_migrate::plan {
namespace {

namespace json = boost::json;

// A block in a block is six levels of JSON; the server's own parser gives up far earlier than this.
constexpr std::size_t depth_max = 3000;

[[noreturn]] void refuse(const std::string& why) { throw SqlError("the PL/pgSQL parser's answer could not be read: " + why, 0, {}); }

PlpgsqlExpression expression(const json::value& value, const std::string& node, const std::string& key) {
    const json::object* fields = value.if_object();
    const json::value* query = fields == nullptr ? nullptr : fields->if_contains("query");
    const json::value* mode = fields == nullptr ? nullptr : fields->if_contains("parseMode");
    if (query == nullptr || !query->is_string()) refuse("an expression of " + node + " has no text");
    if (mode == nullptr || !mode->is_int64()) refuse("an expression of " + node + " has no parse mode");
    const std::int64_t number = *mode->if_int64();
    constexpr std::int64_t type_name = 1, last = 5;  // RawParseMode
    if (number < 0 || number == type_name || number > last) refuse("parse mode " + std::to_string(number) + " is unknown");
    return {json::value_to<std::string>(*query), static_cast<int>(number), node, key};
}

// Every expression, whatever it is part of: a key that is unknown here is gone through like the others.
void collect(const json::value& value, const std::string& node, const std::string& key, std::vector<PlpgsqlExpression>& found) {
    if (const json::object* object = value.if_object()) {
        for (const auto& [name, inner] : *object) {
            if (name == "PLpgSQL_expr") {
                found.push_back(expression(inner, node, key));
            } else if (name.starts_with("PLpgSQL_")) {
                collect(inner, name, {}, found);
            } else {
                collect(inner, node, name, found);
            }
        }
    } else if (const json::array* array = value.if_array()) {
        for (const json::value& inner : *array) collect(inner, node, key, found);
    }
}

}  // namespace

std::vector<PlpgsqlExpression> plpgsql_expressions(const std::string& text) {
    json::parse_options options;
    options.max_depth = depth_max;
    options.allow_invalid_utf8 = true;
    boost::system::error_code error;
    const json::value answer = json::parse(text, error, {}, options);
    if (error) refuse(error.message());
    const json::array* functions = answer.if_array();
    if (functions == nullptr || functions->size() != 1) refuse("it is not of one function");
    const json::object* wrapper = functions->front().if_object();
    const json::value* function = wrapper == nullptr ? nullptr : wrapper->if_contains("PLpgSQL_function");
    const json::object* fields = function == nullptr ? nullptr : function->if_object();
    // Without one of these a body would seem to have no SQL.
    if (fields == nullptr || !fields->contains("datums") || !fields->contains("action")) refuse("it has no function with its statements");
    std::vector<PlpgsqlExpression> found;
    collect(*function, "PLpgSQL_function", {}, found);
    return found;
}

}  // namespace lantern_migrate::plan
