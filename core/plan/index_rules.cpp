#include "core/plan/index_rules.h"

#include "core/plan/bit_columns.h"
#include "core/plan/index_definition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <string_view>
#include <utility>

namespace lantern_migrate::plan {
namespace {

using config::InnerProductPolicy;
using config::IvfflatPolicy;
using config::OnUnsupported;

enum class Values { floats, halves, bits };

struct OpclassRule {
    std::string_view pgvector;
    std::string_view lantern;
    Values values;
    bool inner_product;       // only right for vectors of norm 1
    std::string_view change;  // what is different afterwards
    std::string_view remedy;  // what the application does about it
};

constexpr std::string_view squared = "distances become squared; the order of neighbours is unchanged";
constexpr std::string_view square_thresholds =
    "compare distances with the square of the old threshold; vectors are written '{1,2,3}', not '[1,2,3]'";
constexpr std::string_view same_distance = "operator <=> and its distances are unchanged";
constexpr std::string_view write_arrays = "vectors are written '{1,2,3}', not '[1,2,3]'";
constexpr std::string_view cosine_for_inner_product =
    "ordering by inner product becomes ordering by cosine distance, which is 1 + what <#> gave for vectors of norm 1";
constexpr std::string_view write_cosine = "queries use <=> where they used <#>; vectors are written '{1,2,3}', not '[1,2,3]'";

constexpr OpclassRule opclass_rules[] = {
    {"vector_l2_ops", "dist_l2sq_ops", Values::floats, false, squared, square_thresholds},
    {"vector_cosine_ops", "dist_cos_ops", Values::floats, false, same_distance, write_arrays},
    {"vector_ip_ops", "dist_cos_ops", Values::floats, true, cosine_for_inner_product, write_cosine},
    {"halfvec_l2_ops", "dist_l2sq_ops", Values::halves, false, squared, square_thresholds},
    {"halfvec_cosine_ops", "dist_cos_ops", Values::halves, false, same_distance, write_arrays},
    {"halfvec_ip_ops", "dist_cos_ops", Values::halves, true, cosine_for_inner_product, write_cosine},
    {"bit_hamming_ops", "dist_hamming_ops", Values::bits, false, "the bits are compared as integer[], by operator <+>",
     "queries use <+> where they used <~>, on integer[]"},
};

// What is absent above, and why.
constexpr std::array<std::string_view, 2> absent_opclasses[] = {
    {"vector_l1_ops", "Lantern has no L1 distance"},
    {"halfvec_l1_ops", "Lantern has no L1 distance"},
    {"sparsevec_l1_ops", "Lantern has no L1 distance"},
    {"bit_jaccard_ops", "Lantern has no Jaccard distance"},
    {"sparsevec_l2_ops", "Lantern has no sparse vectors, and as dense arrays they are seldom within its 2000 dimensions"},
    {"sparsevec_cosine_ops", "Lantern has no sparse vectors, and as dense arrays they are seldom within its 2000 dimensions"},
    {"sparsevec_ip_ops", "Lantern has no sparse vectors, and as dense arrays they are seldom within its 2000 dimensions"},
};

struct OptionRule {
    std::string_view name;
    int config::HnswOptions::* fallback;
    bool carried_over;  // from an hnsw index that sets it
    int min, max;
};
constexpr OptionRule option_rules[] = {
    {"m", &config::HnswOptions::m, true, lantern_min_m, lantern_max_m},
    {"ef_construction", &config::HnswOptions::ef_construction, true, lantern_min_ef_construction, lantern_max_ef_construction},
    {"ef", &config::HnswOptions::ef, false, 1, 400},  // pgvector's is the setting hnsw.ef_search, not the index's
};

constexpr std::string_view without_index =
    "queries that it served read the whole table on the target, unless another index is made there by hand";

constexpr int half_precision_bits = 16;

// Why a translation ended before its SQL. `policy` says whether it stops the job.
struct Refusal {
    OnUnsupported policy;
    std::string reason;
    std::string remedy;
};

const OpclassRule* rule_of(std::string_view opclass) {
    const auto* found = std::ranges::find(opclass_rules, opclass, &OpclassRule::pgvector);
    return found == std::end(opclass_rules) ? nullptr : found;
}

class Translation {
public:
    Translation(const SourceIndex& index, const std::vector<Column>& columns, const IndexPolicy& policy,
                const std::optional<MeasuredColumn>& measured)
        : index_(index), columns_(columns), policy_(policy), measured_(measured), definition_(index.definition) {
        if (definition_.keys().size() == 1) key_ = definition_.keys().front();
        result_.column = key_.column;
        if (const auto found = std::ranges::find(columns, key_.column, &Column::name); found != columns.end()) column_ = &*found;
    }

    IndexTranslation run() {
        if (leave_to_others()) return std::move(result_);
        try {
            translate();
        } catch (const Refusal& refusal) {
            refuse(refusal);
        }
        return std::move(result_);
    }

private:
    bool leave_to_others();
    void translate();
    void check_method();
    const OpclassRule& rule();
    void check_key(const OpclassRule&);
    void check_predicate();
    [[nodiscard]] std::optional<int> dimensions(const OpclassRule&);
    bool inner_product_decided();
    void write(const OpclassRule&, int dimensions);
    void refuse(const Refusal&);

    void add(Severity severity, std::string reason, std::string remedy = {}) {
        result_.findings.push_back({severity, "index " + index_.name.text(), std::move(reason), std::move(remedy)});
    }
    [[noreturn]] void unsupported(std::string reason, std::string remedy = {}) const {
        if (remedy.empty()) remedy = "set `indexes.unsupported: skip` to go without the index, or drop it on the source";
        throw Refusal{policy_.indexes.unsupported, std::move(reason), std::move(remedy)};
    }
    [[nodiscard]] bool keeps_cast() const { return key_.cast && column_ != nullptr && IndexDefinition::keeps_cast(*column_); }
    [[nodiscard]] std::string opclass() const {
        if (!index_.opclasses.empty()) return index_.opclasses.front();
        return key_.opclass.empty() ? "vector_l2_ops" : key_.opclass;  // ivfflat's default is left off
    }

    const SourceIndex& index_;
    const std::vector<Column>& columns_;
    const IndexPolicy& policy_;
    const std::optional<MeasuredColumn>& measured_;
    IndexDefinition definition_;
    IndexKey key_;
    const Column* column_ = nullptr;
    IndexTranslation result_;
};

// What no rule of this table makes, and which stops no job.
bool Translation::leave_to_others() {
    result_.outcome = TranslationOutcome::left_out;
    if (index_.method != "hnsw" && index_.method != "ivfflat") {
        // real[] has an operator class of its own for it that orders alike: plan_schema() keeps the index.
        result_.reason = "an ordinary " + index_.method + " index, made with the table's other indexes";
        add(Severity::info, result_.reason);
        return true;
    }
    // A partitioned index is also invalid while a partition lacks its own.
    if (!index_.valid && !index_.partitioned) {
        result_.reason = "the index is invalid on the source: its build failed or was interrupted";
        add(Severity::warning, result_.reason, "REINDEX it on the source before the job, or create it on the target afterwards");
        return true;
    }
    return false;
}

void Translation::check_method() {
    if (index_.method != "ivfflat") return;
    switch (policy_.indexes.ivfflat) {
        case IvfflatPolicy::skip: throw Refusal{OnUnsupported::skip, "Lantern has no ivfflat, and `indexes.ivfflat` is skip", {}};
        case IvfflatPolicy::fail:
            throw Refusal{OnUnsupported::fail, "Lantern has no ivfflat, and `indexes.ivfflat` is fail",
                          "set `indexes.ivfflat` to hnsw or skip"};
        case IvfflatPolicy::hnsw: break;
    }
    add(Severity::info, "an ivfflat index becomes lantern_hnsw with the job's defaults; `lists` has no counterpart",
        "drop ivfflat.probes from the application's settings");
}

const OpclassRule& Translation::rule() {
    if (definition_.keys().size() != 1) unsupported("it has more than one key column, and Lantern indexes one");
    const std::string name = opclass();
    if (const OpclassRule* found = rule_of(name)) return *found;
    for (const auto& [absent, why] : absent_opclasses) {
        if (absent == name) unsupported(std::format("operator class {}: {}", name, why));
    }
    unsupported("operator class " + name + " has no counterpart in Lantern");
}

void Translation::check_key(const OpclassRule& found) {
    if (!key_.function.empty())
        unsupported("the index is on what function " + key_.function + " makes of a column, and Lantern indexes the column itself");
    if (key_.column.empty()) unsupported("the index is on an expression that is not a column");
    if (found.values != Values::bits) return;
    if (policy_.bits == config::BitVectors::keep) {
        unsupported("Lantern compares bits as integer[], and `vectors.bits` is keep",
                    "set `vectors.bits: integer_array`, or `indexes.unsupported: skip` to go without the index");
    }
    if (key_.cast || column_ == nullptr || !column_->as_integers) {
        unsupported("only a table's column of type bit(n) becomes an integer[] that Lantern can index");
    }
}

void Translation::check_predicate() {
    const std::string uses = definition_.convert_predicate();
    if (!uses.empty()) unsupported("its predicate " + uses);
    for (const std::string& name : definition_.predicate_columns()) {
        const auto used = std::ranges::find(columns_, name, &Column::name);
        if (used != columns_.end() && used->as_integers) unsupported("its predicate uses column " + name + ", whose bits become integer[]");
    }
}

// Empty: the rows will tell.
std::optional<int> Translation::dimensions(const OpclassRule& found) {
    int declared = key_.cast_dimensions;
    if (declared == 0 && column_ != nullptr) {
        declared = found.values == Values::bits ? words_of(*column_) : column_->dimensions();
    }
    if (declared == 0) {
        if (!measured_) return std::nullopt;
        if (measured_->values == 0) unsupported("the column declares no dimensions and has no values, and Lantern wants them stated");
        if (measured_->min_dimensions != measured_->max_dimensions) {
            unsupported(std::format("the column's {} vectors have {} to {} dimensions, and a Lantern index takes one length",
                                    measured_->values, measured_->min_dimensions, measured_->max_dimensions));
        }
        declared = measured_->max_dimensions;
    }
    if (declared > lantern_max_dimensions) {
        unsupported(std::format("{} dimensions; Lantern indexes at most {}", declared, lantern_max_dimensions));
    }
    if (declared < 1) unsupported("the column's vectors are empty");
    return declared;
}

// True: translate now. False: the norms are not known yet.
bool Translation::inner_product_decided() {
    switch (policy_.indexes.inner_product) {
        case InnerProductPolicy::skip:
            throw Refusal{OnUnsupported::skip, "Lantern has no inner product, and `indexes.inner_product` is skip", {}};
        case InnerProductPolicy::fail:
            throw Refusal{OnUnsupported::fail, "Lantern has no inner product, and `indexes.inner_product` is fail",
                          "set `indexes.inner_product` to if_normalized, cosine or skip"};
        case InnerProductPolicy::cosine:
            add(Severity::warning,
                "cosine distance stands in for inner product, as the job says: neighbours are ranked alike only if every vector has norm 1",
                "compare the answers of both servers before the application relies on them");
            return true;
        case InnerProductPolicy::if_normalized: break;
    }
    if (!measured_) return false;
    const auto is_unit = [](double norm) { return std::abs(norm - 1.0) <= unit_norm_tolerance; };
    if (measured_->values == 0) {
        add(Severity::info, "the column has no values, so nothing contradicts cosine distance in place of inner product");
    } else if (is_unit(measured_->min_norm) && is_unit(measured_->max_norm)) {
        add(Severity::info, std::format("all {} vectors have norm 1 (from {:.6f} to {:.6f}), so cosine distance ranks as inner product did",
                                        measured_->values, measured_->min_norm, measured_->max_norm));
    } else {
        unsupported(
            std::format(
                "Lantern has no inner product, and the {} vectors have norms from {:.6g} to {:.6g}: cosine distance would rank them "
                "differently",
                measured_->values, measured_->min_norm, measured_->max_norm),
            "normalize the vectors on the source, or set `indexes.inner_product` to cosine or skip");
    }
    return true;
}

void Translation::write(const OpclassRule& found, int dim) {
    std::vector<std::pair<std::string, int>> options;
    for (const OptionRule& option : option_rules) {
        const auto stated = option.carried_over && index_.method == "hnsw" ? definition_.option(option.name) : std::nullopt;
        const int value = stated.value_or(policy_.indexes.defaults.*option.fallback);
        const int kept = std::clamp(value, option.min, option.max);
        if (kept != value) {
            add(Severity::info, std::format("{} goes from {} to {}, Lantern's bound", option.name, value, kept),
                "raise `ef` if queries find too few of the true neighbours");
        }
        options.emplace_back(option.name, kept);
    }
    options.emplace_back("dim", dim);
    if (found.values == Values::halves) options.emplace_back("quant_bits", half_precision_bits);
    definition_.write(index_, {policy_.lantern_schema, std::string(found.lantern)}, options, keeps_cast());
    result_.sql = definition_.sql();
}

void Translation::translate() {
    check_method();
    const OpclassRule& found = rule();
    check_key(found);
    check_predicate();
    if (key_.cast && column_ != nullptr && !definition_.can_index(*column_)) {
        unsupported("the index casts a column of type " + column_->type + ", which does not become real[]");
    }
    const bool decided = !found.inner_product || inner_product_decided();
    const std::optional<int> dim = dimensions(found);
    result_.outcome = decided && dim ? TranslationOutcome::translated : TranslationOutcome::awaits_norms;
    if (dim) write(found, *dim);
    add(Severity::info, std::string(found.change), std::string(found.remedy));
    result_.reason = found.change;
    if (keeps_cast()) {
        add(Severity::info, "the index is on the column's cast to real[], because the column's own type is another",
            "queries order by (" + quote_identifier(key_.column) + ")::real[]");
    } else if (key_.cast) {
        add(Severity::info, "the index is on the column itself, not on a cast of it", "queries order by the column without the cast");
    }
    if (found.values == Values::halves) result_.reason += "; half precision is kept by quant_bits=16";
    if (!dim) result_.reason = "the column declares no dimensions: they are known once the rows are copied";
    if (!decided) {
        result_.reason = "it becomes cosine distance if every vector has norm 1, which is known once the rows are copied";
        add(Severity::info, result_.reason, "set `indexes.inner_product` to cosine or skip to decide it now");
    }
}

void Translation::refuse(const Refusal& refusal) {
    const bool skip = refusal.policy == OnUnsupported::skip;
    result_.outcome = skip ? TranslationOutcome::left_out : TranslationOutcome::unsupported;
    result_.sql.clear();
    result_.reason = refusal.reason;
    // What was said on the way there concerns an index that will not be.
    result_.findings.clear();
    add(skip ? Severity::warning : Severity::blocking, (skip ? "left out: " : "") + refusal.reason,
        skip ? std::string(without_index) : refusal.remedy);
}

}  // namespace

IndexTranslation translate_index(const SourceIndex& index, const std::vector<Column>& columns, const IndexPolicy& policy,
                                 const std::optional<MeasuredColumn>& measured) {
    return Translation(index, columns, policy, measured).run();
}

}  // namespace lantern_migrate::plan
