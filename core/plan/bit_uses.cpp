#include "core/plan/bit_uses.h"

#include "core/plan/extension_uses.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

// One statement, or a part of one.
class Search {
public:
    Search(const BitColumns& columns, const QualifiedName& table) : columns_(columns) {
        if (!table.name.empty()) tables_.push_back(table);
    }

    std::string run(ProtobufCMessage& tree) {
        walk(tree, [this](ProtobufCMessage& message) {
            if (const auto* relation = as<PgQuery__RangeVar>(message, pg_query__range_var__descriptor))
                tables_.push_back(qualified_name(*relation));
            return Walk::into;
        });
        if (std::ranges::none_of(tables_, [&](const QualifiedName& table) { return has_columns(table); })) return {};
        walk(tree, [this](ProtobufCMessage& message) { return visit(message); });
        return found_;
    }

private:
    [[nodiscard]] bool has_columns(const QualifiedName& table) const {
        const auto first = columns_.lower_bound({table, {}});
        return first != columns_.end() && first->first.first == table;
    }

    void use(const std::string& column) {
        for (const QualifiedName& table : tables_) {
            if (found_.empty() && columns_.contains({table, column}))
                found_ = "uses column " + column + " of " + display(table) + ", whose bits become integer[]";
        }
    }

    Walk visit(ProtobufCMessage& message) {
        if (const auto* reference = as<PgQuery__ColumnRef>(message, pg_query__column_ref__descriptor)) {
            const std::vector<std::string> parts = texts({reference->fields, reference->n_fields});
            if (!parts.empty()) use(parts.back());
        }
        if (const auto* index = as<PgQuery__IndexStmt>(message, pg_query__index_stmt__descriptor)) method_ = index->access_method;
        if (const auto* element = as<PgQuery__IndexElem>(message, pg_query__index_elem__descriptor)) {
            const bool stays = (method_ == "btree" || method_ == "hash") && element->n_opclass == 0;
            if (!stays) use(element->name);
        }
        if (const auto* command = as<PgQuery__AlterTableCmd>(message, pg_query__alter_table_cmd__descriptor);
            command != nullptr && command->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault)
            use(command->name);
        if (const auto* element = as<PgQuery__PartitionElem>(message, pg_query__partition_elem__descriptor)) use(element->name);
        if (const auto* constraint = as<PgQuery__Constraint>(message, pg_query__constraint__descriptor)) foreign_key(*constraint);
        return Walk::into;
    }

    // Both ends must be of one type still.
    void foreign_key(const PgQuery__Constraint& constraint) {
        if (constraint.contype != PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN || constraint.pktable == nullptr) return;
        const std::vector<std::string> own = texts({constraint.fk_attrs, constraint.n_fk_attrs});
        const std::vector<std::string> others = texts({constraint.pk_attrs, constraint.n_pk_attrs});
        const QualifiedName& table = tables_.front();
        const QualifiedName other = qualified_name(*constraint.pktable);
        for (std::size_t i = 0; i < std::min(own.size(), others.size()); ++i) {
            if (columns_.contains({table, own[i]}) == columns_.contains({other, others[i]})) continue;
            use(own[i]);
            use(others[i]);
        }
    }

    const BitColumns& columns_;
    std::vector<QualifiedName> tables_;
    std::string method_;
    std::string found_;
};

std::string integers_of(std::string digits) {
    while (digits.size() % word_bits != 0) digits += '0';
    std::string text = "{";
    for (std::size_t at = 0; at < digits.size(); at += word_bits) {
        const auto word = static_cast<std::int32_t>(std::stoul(digits.substr(at, word_bits), nullptr, 2));
        text += (at == 0 ? "" : ",") + std::to_string(word);
    }
    return text + "}";
}

}  // namespace

std::string BitUses::describe(ProtobufCMessage& message, const QualifiedName& table) const {
    return columns_.empty() ? std::string{} : Search(columns_, table).run(message);
}

bool BitUses::convert_default(PgQuery__Node& expression, int bits) {
    if (expression.node_case != PG_QUERY__NODE__NODE_TYPE_CAST) return false;
    PgQuery__TypeCast& cast = *expression.type_cast;
    const QualifiedName type = qualified_name({cast.type_name->names, cast.type_name->n_names});
    const int width = declared_dimensions(*cast.type_name);
    if (type.name != "bit" || (!type.schema.empty() && type.schema != "pg_catalog") || (width != 0 && width != bits)) return false;
    const bool is_null = cast.arg->node_case == PG_QUERY__NODE__NODE_A_CONST && cast.arg->a_const->isnull;
    if (!is_null) {
        const char* text = string_constant(cast.arg);
        const std::string digits = text == nullptr ? "" : text;
        // Another length would be refused with each row.
        if (digits.size() != static_cast<std::size_t>(bits) || digits.find_first_not_of("01") != std::string::npos) return false;
        set_text(cast.arg->a_const->sval->sval, integers_of(digits));
    }
    make_integer_array(*cast.type_name);
    return true;
}

void make_integer_array(PgQuery__TypeName& type) {
    NodeList names{type.names, type.n_names};
    names.clear();
    names.append(string_node("pg_catalog"));
    names.append(string_node("int4"));
    NodeList{type.typmods, type.n_typmods}.clear();
    NodeList bounds{type.array_bounds, type.n_array_bounds};
    bounds.clear();
    bounds.append(integer_node(-1));
}

}  // namespace lantern_migrate::plan
