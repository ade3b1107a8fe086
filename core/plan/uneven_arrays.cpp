#include "core/plan/uneven_arrays.h"

#include "core/plan/extension_uses.h"

#include <vector>

namespace lantern_migrate::plan {
namespace {

// A type whose parts have the same types again and again would make a text without end: the copy itself then says what it meets.
constexpr std::size_t condition_bytes_max = 100'000;

class Condition {
public:
    explicit Condition(std::string vector_schema) : vector_schema_(std::move(vector_schema)) {}

    std::string of(const ValueType& type, const std::string& value) {
        if (!type.holds_vector || written_ > condition_bytes_max) return {};
        switch (type.kind) {
            case ValueType::Kind::scalar: return {};
            case ValueType::Kind::vector: return is_array(type.vector) ? of_vectors(type.vector, value) : std::string{};
            case ValueType::Kind::composite: return of_attributes(type, value);
            case ValueType::Kind::range: {
                const ValueType& bound = *type.parts.front();
                return any({of(bound, "pg_catalog.lower(" + value + ")"), of(bound, "pg_catalog.upper(" + value + ")")});
            }
            case ValueType::Kind::array:
            case ValueType::Kind::multirange: return of_elements(*type.parts.front(), value);
        }
        return {};
    }

private:
    static std::string any(const std::vector<std::string>& conditions) {
        std::string text;
        for (const std::string& condition : conditions) {
            if (!condition.empty()) text += (text.empty() ? "" : " OR ") + condition;
        }
        return text;
    }

    std::string of_vectors(VectorType type, const std::string& value) {
        // Of a sparsevec, pgvector tells no dimensions.
        const std::string dimensions = type == VectorType::sparsevec_array ? "pg_catalog.split_part(e::text, '/', 2)"
                                                                           : quote_identifier(vector_schema_) + ".vector_dims(e)";
        const std::string elements = " FROM pg_catalog.unnest(" + value + ") AS u(e)";
        std::string text = "pg_catalog.array_ndims(" + value + ") > 1 OR EXISTS (SELECT" + elements +
                           " WHERE e IS NULL) OR (SELECT pg_catalog.count(DISTINCT " + dimensions + ")" + elements + ") > 1";
        written_ += text.size();
        return text;
    }

    std::string of_attributes(const ValueType& type, const std::string& value) {
        std::vector<std::string> conditions;
        for (std::size_t i = 0; i < type.parts.size(); ++i)
            conditions.push_back(of(*type.parts[i], "(" + value + ")." + quote_identifier(type.attributes.at(i))));
        return any(conditions);
    }

    // In a SELECT list, a composite element stays one value.
    std::string of_elements(const ValueType& element, const std::string& value) {
        const std::string alias = "u" + std::to_string(++aliases_);
        const std::string condition = of(element, alias + ".e");
        if (condition.empty()) return {};
        return "EXISTS (SELECT FROM (SELECT pg_catalog.unnest(" + value + ") AS e) AS " + alias + " WHERE " + condition + ")";
    }

    std::string vector_schema_;
    int aliases_ = 0;
    std::size_t written_ = 0;
};

}  // namespace

std::string uneven_arrays_condition(const Column& column, const std::string& vector_schema) {
    return column.value == nullptr ? std::string{} : Condition(vector_schema).of(*column.value, quote_identifier(column.name));
}

}  // namespace lantern_migrate::plan
