#include "core/transfer/table_plan.h"

#include "core/plan/bit_columns.h"
#include "core/transfer/ledger.h"

#include <algorithm>

namespace lantern_migrate::transfer {
namespace {

using plan::VectorType;

constexpr int tid_range_scan_since_version_num = 140000;
// Enough that workers of unequal speed end at about the same time.
constexpr std::uint64_t chunks_per_worker = 4;
// Below this, a transaction with its ledger row and its commit of the journal begins to show beside the rows.
constexpr std::uint64_t chunk_bytes_worth_a_transaction = std::uint64_t{16} << 20;

bool measured(codec::FieldKind kind) {
    return kind == codec::FieldKind::vector || kind == codec::FieldKind::halfvec || kind == codec::FieldKind::sparsevec;
}

// A one-dimensional array of vectors with its lower bound, empty or not, as the real[][] that binary COPY makes of it.
std::string text_of_vector_array(const std::string& name, const std::string& element) {
    return "CASE WHEN " + name + " IS NULL THEN NULL WHEN pg_catalog.cardinality(" + name +
           ") = 0 THEN '{}' ELSE (SELECT pg_catalog.format('[%s:%s][1:%s]=%s', pg_catalog.array_lower(" + name +
           ", 1), pg_catalog.array_upper(" + name + ", 1), pg_catalog.array_length(a, 2), a) FROM (SELECT pg_catalog.array_agg(" + element +
           " ORDER BY i) FROM pg_catalog.unnest(" + name + ") WITH ORDINALITY AS u(e, i)) AS v(a)) END::real[]";
}

// Each word is a part of the bits with zeros behind them; of NULL, array_agg would make an array of one NULL.
std::string text_of_bits(const plan::Column& column, const std::string& name) {
    const int words = plan::words_of(column);
    return "CASE WHEN " + name + " IS NOT NULL THEN (SELECT pg_catalog.array_agg(pg_catalog.\"substring\"(" + name + "::pg_catalog.bit(" +
           std::to_string(words * plan::word_bits) + "), 1 + " + std::to_string(plan::word_bits) + " * i, " +
           std::to_string(plan::word_bits) + ")::pg_catalog.bit(" + std::to_string(plan::word_bits) +
           ")::integer ORDER BY i) FROM pg_catalog.generate_series(0, " + std::to_string(words - 1) + ") AS i) END";
}

// In text, the source itself writes real[]; sparsevec has no cast of its own to it.
std::string text_expression(const plan::Column& column, const std::string& vector_schema) {
    const std::string name = plan::quote_identifier(column.name);
    const std::string schema = plan::quote_identifier(vector_schema);
    const std::string from_sparse = "::" + schema + ".vector::real[]";
    switch (column.vector) {
        case VectorType::vector: return name + "::" + schema + ".vector::real[]";
        case VectorType::halfvec: return name + "::" + schema + ".halfvec::real[]";
        case VectorType::sparsevec: return name + "::" + schema + ".sparsevec" + from_sparse;
        case VectorType::vector_array:
        case VectorType::halfvec_array: return text_of_vector_array(name, "e::real[]");
        case VectorType::sparsevec_array: return text_of_vector_array(name, "e" + from_sparse);
        case VectorType::none: break;
    }
    return column.as_integers ? text_of_bits(column, name) : name;
}

std::string range(const std::string& lower, const std::string& upper) {
    std::string where;
    if (!lower.empty()) where += " WHERE ctid >= " + plan::quote_literal(lower) + "::pg_catalog.tid";
    if (!upper.empty()) where += (where.empty() ? " WHERE" : " AND") + (" ctid < " + plan::quote_literal(upper)) + "::pg_catalog.tid";
    return where;
}

std::string format_option(CopyFormat format) { return format == CopyFormat::binary ? " (FORMAT binary)" : " (FORMAT text)"; }

}  // namespace

bool travels_in_binary(const plan::Table& table) {
    return std::ranges::all_of(table.copied_columns(), [](const plan::Column* column) { return column->binary; });
}

TablePlan plan_table(const plan::Table& table, const migrations_state::TableRecord& record, const std::string& vector_schema,
                     const TargetTypeOid& target_type_oid) {
    TablePlan result{.record = record, .name = table.name};
    result.format = travels_in_binary(table) ? CopyFormat::binary : CopyFormat::text;
    ValuePlanner values(target_type_oid);
    for (const plan::Column* column : table.copied_columns()) {
        const std::string name = plan::quote_identifier(column->name);
        const std::string separator = result.target_list.empty() ? "" : ", ";
        result.target_list += separator + name;
        if (result.format == CopyFormat::text) {
            result.source_list += separator + text_expression(*column, vector_schema);
            continue;
        }
        result.source_list += separator + name;
        codec::Field field = values.field(*column);
        if (measured(field.kind)) result.measured_columns.push_back(column->name);
        result.fields.push_back(std::move(field));
    }
    return result;
}

std::string TablePlan::copy_out(const std::string& lower, const std::string& upper) const {
    return "COPY (SELECT " + source_list + " FROM ONLY " + name.sql() + range(lower, upper) + ") TO STDOUT" + format_option(format);
}

std::string TablePlan::copy_in() const {
    // COPY t () is a syntax error; a table without columns takes rows all the same.
    const std::string columns = target_list.empty() ? "" : " (" + target_list + ")";
    return "COPY " + name.sql() + columns + " FROM STDIN" + format_option(format);
}

std::string TablePlan::copy_back(const std::string& lower, const std::string& upper) const {
    return "COPY (SELECT " + target_list + " FROM ONLY " + name.sql() + range(lower, upper) + ") TO STDOUT" + format_option(format);
}

std::string TablePlan::item() const { return table_item(name.schema, name.name); }

std::string describe_conversions(const plan::Table& table) {
    std::string text;
    for (const plan::Column* column : table.copied_columns()) {
        if (column->vector == VectorType::none && !column->nested_vector() && !column->as_integers) continue;
        const bool array = column->vector == VectorType::vector_array || column->vector == VectorType::halfvec_array ||
                           column->vector == VectorType::sparsevec_array;
        if (!text.empty()) text += ", ";
        text += column->name + " " + column->type;
        text += column->as_integers       ? " -> integer[]"
                : column->nested_vector() ? " with real[] in it"
                : array                   ? " -> real[][]"
                                          : " -> real[]";
    }
    return text;
}

std::vector<migrations_state::NewTable::Bounds> plan_chunks(const plan::Table& table, const config::CopySpec& copy,
                                                            int server_version_num) {
    using Bounds = migrations_state::NewTable::Bounds;
    const std::uint64_t by_size = (table.bytes + copy.chunk_size_bytes - 1) / copy.chunk_size_bytes;
    // One worker has nobody to wait for at the end.
    const std::uint64_t for_all = copy.workers == 1 ? 1 : static_cast<std::uint64_t>(copy.workers) * chunks_per_worker;
    const std::uint64_t by_workers = std::min(for_all, table.bytes / chunk_bytes_worth_a_transaction);
    const std::uint64_t count = std::clamp<std::uint64_t>(std::max(by_size, by_workers), 1, std::max<std::uint64_t>(table.pages, 1));
    if (count == 1 || server_version_num < tid_range_scan_since_version_num) return {Bounds{}};
    std::vector<Bounds> chunks;
    chunks.reserve(count);
    const auto boundary = [&](std::uint64_t i) {
        return i == 0 || i == count ? std::string{} : "(" + std::to_string(table.pages * i / count) + ",0)";
    };
    // The first and the last are open: pages that are added before the snapshot belong to the last.
    for (std::uint64_t i = 0; i < count; ++i) chunks.push_back({.lower = boundary(i), .upper = boundary(i + 1)});
    return chunks;
}

}  // namespace lantern_migrate::transfer
