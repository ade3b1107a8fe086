// The statements that drop what a job created, each of which drops nothing else (RESTRICT). Pure.
#pragma once

#include "core/transfer/created_objects.h"

#include <string>
#include <vector>

namespace lantern_migrate::steps {

struct Drop {
    transfer::CreatedObject object;
    std::string sql;
};

// Objects of one kind. Where `sql` is not empty, it drops them all in one statement, which may find them in a circle.
struct DropGroup {
    std::string sql;
    std::vector<Drop> each;  // what was created last comes first
};

// What depends on others as a rule comes before them; the server has the last word, and whoever runs these tries again.
// Throws MigrationError for a type of object that it does not know.
[[nodiscard]] std::vector<DropGroup> drop_order(std::vector<transfer::CreatedObject>);

// "table public.items, table public.notes and 3 more".
[[nodiscard]] std::string name_objects(const std::vector<transfer::CreatedObject>&);

}  // namespace lantern_migrate::steps
