#include "core/steps/drop_order.h"

#include "core/errors.h"

#include <algorithm>
#include <iterator>

namespace lantern_migrate::steps {
namespace {

using transfer::CreatedObject;

struct DropRule {
    std::string_view type;  // pg_identify_object's
    std::string_view word;  // DROP's
    bool together = false;  // several in one statement
};
// In the order of the drops. A domain's type is "type" too; of aggregates, DROP ROUTINE takes those without arguments as well.
constexpr DropRule rules[] = {
    {"event trigger", "EVENT TRIGGER"},
    {"publication", "PUBLICATION"},
    {"view", "VIEW", true},
    {"materialized view", "MATERIALIZED VIEW", true},
    {"foreign table", "FOREIGN TABLE", true},
    {"table", "TABLE", true},
    {"sequence", "SEQUENCE", true},
    {"transform", "TRANSFORM"},
    {"cast", "CAST"},
    {"operator class", "OPERATOR CLASS"},
    {"operator family", "OPERATOR FAMILY"},
    {"operator", "OPERATOR"},
    {"conversion", "CONVERSION"},
    {"aggregate", "ROUTINE", true},
    {"function", "ROUTINE", true},
    {"procedure", "ROUTINE", true},
    {"composite type", "TYPE", true},
    {"type", "TYPE", true},
    {"collation", "COLLATION"},
    {"text search configuration", "TEXT SEARCH CONFIGURATION"},
    {"text search dictionary", "TEXT SEARCH DICTIONARY"},
    {"text search template", "TEXT SEARCH TEMPLATE"},
    {"text search parser", "TEXT SEARCH PARSER"},
    {"server", "SERVER"},
    {"foreign-data wrapper", "FOREIGN DATA WRAPPER"},
    {"language", "LANGUAGE"},
    {"access method", "ACCESS METHOD"},
    {"schema", "SCHEMA", true},
    {"extension", "EXTENSION", true},
};

std::string drop_sql(const DropRule& rule, const std::string& identity) { return "DROP " + std::string(rule.word) + " " + identity; }

}  // namespace

std::vector<DropGroup> drop_order(std::vector<CreatedObject> objects) {
    for (const CreatedObject& object : objects) {
        if (std::ranges::contains(rules, std::string_view(object.type), &DropRule::type)) continue;
        throw MigrationError("there is no rule how " + object.type + " " + object.identity + " is dropped",
                             "drop it on the target, then say it again");
    }
    std::ranges::stable_sort(objects, std::greater(), &CreatedObject::oid);
    std::vector<DropGroup> groups;
    for (const DropRule& rule : rules) {
        DropGroup group;
        for (const CreatedObject& object : objects) {
            if (object.type != rule.type) continue;
            group.each.push_back({object, drop_sql(rule, object.identity)});
            if (rule.together) group.sql += group.sql.empty() ? group.each.back().sql : ", " + object.identity;
        }
        if (!group.each.empty()) groups.push_back(std::move(group));
    }
    return groups;
}

std::string name_objects(const std::vector<CreatedObject>& objects) {
    constexpr std::size_t shown = 20;
    std::string text;
    for (std::size_t i = 0; i < std::min(objects.size(), shown); ++i) {
        text += (text.empty() ? "" : ", ") + objects[i].type + " " + objects[i].identity;
    }
    return objects.size() > shown ? text + " and " + std::to_string(objects.size() - shown) + " more" : text;
}

}  // namespace lantern_migrate::steps
