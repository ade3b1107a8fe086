#include "core/plan/plpgsql_rewriting.h"

#include "core/errors.h"
#include "core/plan/function_body.h"
#include "core/plan/plpgsql_body.h"
#include "core/plan/plpgsql_declarations.h"
#include "core/plan/plpgsql_rows.h"
#include "core/plan/sql_tree.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view executed_note = "what EXECUTE reads into a vector has to be one, or a text as {1,2,3}";
constexpr std::string_view select = "SELECT ";
constexpr std::string_view null_of = "SELECT NULL::";
// Behind these, a statement begins.
constexpr std::string_view before_statements[] = {";", "begin", "then", "else", "loop", "declare", ">>"};

class PlpgsqlRewriting {
    using Token = std::vector<SqlToken>::const_iterator;

public:
    PlpgsqlRewriting(const PlpgsqlBody& body, Scope scope, SqlType result, const ExtensionNames& names, const KnownObjects& objects,
                     Rewriter& rewriter)
        : body_(body),
          scope_(std::move(scope)),
          result_(result),
          names_(names),
          objects_(objects),
          rewriter_(rewriter),
          tokens_(scan(body.text())) {
        declare_variables();
        rows_ = plpgsql_rows(body, tokens_, rewriter.types(), scope_);
        for (const auto& [name, columns] : rows_.records) {
            const auto [first, last] = body_.variables().equal_range(name);
            const bool record = std::all_of(first, last, [](const auto& variable) { return folded(variable.second) == "record"; });
            if (record) scope_.relations.push_back({.alias = name, .columns = columns, .complete = false, .by_alias = true});
        }
    }

    Rewriting run(std::map<std::size_t, std::string>& texts, std::vector<PlpgsqlBody::Word>& words) {
        for (std::size_t i = 0; i < body_.parts().size(); ++i) {
            const BodyPart& part = body_.parts()[i];
            try {
                take(part, i, texts);
            } catch (const SqlError&) {  // the parser of SQL alone does not know it
                report(part.text);
            }
        }
        for (const std::string& text : body_.unplaced()) report(text);
        take_words(words);
        report_loops_over_vectors();
        report_fetched();
        return std::move(all_);
    }

private:
    void declare_variables();
    void declare(const std::string& name, const std::string& type);
    void take(const BodyPart&, std::size_t index, std::map<std::size_t, std::string>& texts);
    void take_dynamic(const BodyPart&);
    void take_words(std::vector<PlpgsqlBody::Word>&);
    void take_word(const SqlToken& word, SqlType target, std::vector<PlpgsqlBody::Word>&);
    Rewriting take_expression(PgQuery__Node&, SqlType target);
    [[nodiscard]] SqlType type_of(const std::string& type) const;
    [[nodiscard]] SqlType variable(const std::string& name) const;
    [[nodiscard]] Token token_at(const BodyPart& part) const {
        const char* begin = body_.text().data() + part.offset;
        return std::ranges::find_if(tokens_, [&](const SqlToken& token) { return token.text.data() >= begin; });
    }
    [[nodiscard]] bool is(Token token, std::string_view word) const { return token != tokens_.end() && folded(token->text) == word; }
    [[nodiscard]] bool is_raised(Token argument) const;
    [[nodiscard]] SqlType target_before(Token expression) const;
    [[nodiscard]] SqlType target_of(const BodyPart&) const;
    [[nodiscard]] std::vector<SqlType> targets_of_row(const BodyPart&) const;
    [[nodiscard]] std::vector<SqlType> loop_targets(Token query) const;
    [[nodiscard]] std::vector<SqlType> targets_of_execute(const BodyPart&) const;
    void take_executed(const std::string& sql, const std::vector<SqlType>& targets, Token values);
    [[nodiscard]] std::vector<SqlType> types_of_names(std::span<const SqlToken>) const;
    void report_loops_over_vectors();
    void report_fetched();
    void report_differing(const NamedTypes& given, const std::vector<SqlType>& targets, const std::string& by);
    void report(const std::string& text) {
        const auto uses = uses_of_tokens(text);
        all_.uses.insert(all_.uses.end(), uses.begin(), uses.end());
    }

    const PlpgsqlBody& body_;
    Scope scope_;
    SqlType result_;
    const ExtensionNames& names_;
    const KnownObjects& objects_;
    Rewriter& rewriter_;
    const std::vector<SqlToken> tokens_;
    PlpgsqlRows rows_;
    Rewriting all_;
};

void PlpgsqlRewriting::declare_variables() {
    for (const auto& [name, type] : body_.variables()) {
        if (name.starts_with('$') || scope_.variables.contains(name)) continue;
        const auto [first, last] = body_.variables().equal_range(name);
        const bool alike = std::all_of(first, last, [&](const auto& other) { return other.second == type; });
        if (alike) declare(name, type);
    }
}

// items.v%TYPE is the column's, items%ROWTYPE and items a row of the table.
void PlpgsqlRewriting::declare(const std::string& name, const std::string& type) {
    const std::string plain = folded(type);
    const std::size_t percent = plain.find('%');
    std::vector<std::string> parts;
    const std::string named = type.substr(0, percent);  // tokens point into it
    for (const SqlToken& token : scan(named)) {
        if (token.text != ".") parts.push_back(unquoted_name(token.text));
    }
    const auto row_of = [&](const QualifiedName& table) { return objects_.relation(table); };
    if (percent != std::string::npos && plain.substr(percent).contains("rowtype") == false) {
        if (parts.size() < 2) return;
        const NamedTypes* columns = row_of({parts.size() > 2 ? parts[parts.size() - 3] : "", parts[parts.size() - 2]});
        if (columns == nullptr) return;
        const auto column = std::ranges::find(*columns, parts.back(), &NamedTypes::value_type::first);
        if (column != columns->end()) scope_.variables[name] = column->second;
        return;
    }
    const bool words = parts.size() == 1 || parts.size() == 2;
    if (const NamedTypes* row = words ? row_of({parts.size() == 2 ? parts[0] : "", parts.back()}) : nullptr) {
        scope_.relations.push_back({.alias = name, .columns = *row, .complete = true, .by_alias = true});
        return;
    }
    if (percent != std::string::npos) return;
    // record, refcursor with arguments: nothing that a vector is
    if (const SqlType found = type_of(type); found != SqlType::unknown) scope_.variables[name] = found;
}

// As it is written; unknown where it has no name that SQL could cast to.
SqlType PlpgsqlRewriting::type_of(const std::string& type) const {
    try {
        const SqlTree tree(std::string(null_of) + type);
        const PgQuery__Node* value = tree.statements().front().node->select_stmt->target_list[0]->res_target->val;
        return value->node_case == PG_QUERY__NODE__NODE_TYPE_CAST ? sql_type(*value->type_cast->type_name, names_) : SqlType::unknown;
    } catch (const SqlError&) {
        return SqlType::unknown;
    }
}

// A trigger's row has its names behind NEW and OLD only.
SqlType PlpgsqlRewriting::variable(const std::string& name) const {
    const auto found = scope_.variables.find(name);
    return found == scope_.variables.end() ? SqlType::unknown : found->second;
}

// RAISE shows what it is given.
bool PlpgsqlRewriting::is_raised(Token argument) const {
    for (auto token = argument; token != tokens_.begin(); --token) {
        if ((token - 1)->text == ";") return false;
        const bool begins = token - 1 == tokens_.begin() || std::ranges::contains(before_statements, folded((token - 2)->text));
        if (begins && is(token - 1, "raise")) return true;
    }
    return false;
}

// What an expression is assigned to, by the tokens in front of it: `x :=`, `new.v =`, `x vector(3) :=`, RETURN.
SqlType PlpgsqlRewriting::target_before(Token expression) const {
    if (expression == tokens_.begin()) return SqlType::other;
    const auto last = expression - 1;
    const std::string word = folded(last->text);
    const bool next = word == "next" && last != tokens_.begin() && is(last - 1, "return");
    if (word == "return" || next) return result_;
    if (is_raised(expression)) return SqlType::text;
    if (word != ":=" && word != "=" && word != "default") return SqlType::other;
    auto first = last;
    while (first != tokens_.begin() && !std::ranges::contains(before_statements, folded((first - 1)->text))) --first;
    if (first == last) return SqlType::other;
    const std::string name = unquoted_name(first->text);
    const std::string_view second = (first + 1)->text;
    if (second == "[") return SqlType::other;  // x[1] := ... is of an element
    return last - first == 3 && second == "." ? scope_.column(name, unquoted_name((first + 2)->text)) : variable(name);
}

SqlType PlpgsqlRewriting::target_of(const BodyPart& part) const {
    const SqlType type = target_before(token_at(part));
    // Of a cursor's argument.
    const bool known = type != SqlType::other && type != SqlType::unknown;
    return known || part.target_type.empty() ? type : type_of(part.target_type);
}

// a, b.c: of a row alone, its columns.
std::vector<SqlType> PlpgsqlRewriting::types_of_names(std::span<const SqlToken> names) const {
    std::vector<SqlType> types;
    for (std::size_t i = 0; i < names.size(); i += 2) {
        const std::string name = unquoted_name(names[i].text);
        const bool of_row = i + 2 < names.size() && names[i + 1].text == ".";
        if (of_row) i += 2;
        types.push_back(of_row ? scope_.column(name, unquoted_name(names[i].text)) : variable(name));
    }
    const auto row = std::ranges::find(scope_.relations, names.size() == 1 ? unquoted_name(names[0].text) : "", &ScopeRelation::alias);
    if (row == scope_.relations.end()) return types;
    types.clear();
    for (const auto& [name, type] : row->columns) types.push_back(type);
    return types;
}

// What the columns of a query are for: INTO a, b and FOR a, b IN.
std::vector<SqlType> PlpgsqlRewriting::targets_of_row(const BodyPart& part) const {
    if (!part.into.empty()) {
        const std::vector<SqlToken> tokens = scan(part.into);
        const std::size_t names = tokens.size() > 1 && folded(tokens[1].text) == "strict" ? 2 : 1;
        return types_of_names(std::span(tokens).subspan(std::min(names, tokens.size())));
    }
    return loop_targets(token_at(part));
}

std::vector<SqlType> PlpgsqlRewriting::loop_targets(Token query) const {
    if (query - tokens_.begin() < 3 || !is(query - 1, "in")) return {};
    auto first = query - 1;
    while (first != tokens_.begin() && !is(first - 1, "for") && (first - 1)->text != ";") --first;
    if (first == tokens_.begin() || !is(first - 1, "for")) return {};
    return types_of_names({first, query - 1});
}

// Of a real[][] it goes over the numbers.
void PlpgsqlRewriting::report_loops_over_vectors() {
    for (auto token = tokens_.begin(); tokens_.end() - token > 1; ++token) {
        if (folded(token->text) == "foreach" && is_vector(scope_.column(unquoted_name((token + 1)->text))))
            all_.uses.push_back({UseKind::operator_, "FOREACH of an array of vectors"});
    }
}

// RETURN q, q text := v, RAISE '%', v: a single word is no part of the body, and what PL/pgSQL read or wrote a text with is gone.
void PlpgsqlRewriting::take_words(std::vector<PlpgsqlBody::Word>& words) {
    for (auto token = tokens_.begin(); tokens_.end() - token > 2; ++token) {
        const bool ends = (token + 2)->text == ";" || (token + 2)->text == ",";
        if (is(token, "return") || (is(token, "next") && token != tokens_.begin() && is(token - 1, "return"))) {
            if (ends) take_word(*(token + 1), result_, words);
        } else if ((token->text == "," || token->text == "=") && (ends || is(token + 2, "using")) && is_raised(token + 1)) {
            take_word(*(token + 1), SqlType::text, words);
        }
    }
    for (const auto& [word, type] : cursor_words(tokens_)) take_word(*word, type_of(type), words);
    for (const PlpgsqlDeclaration& declaration : plpgsql_declarations(tokens_)) {
        if (!declaration.between || declaration.between->last + 2 >= tokens_.size()) continue;
        const SqlToken& word = tokens_[declaration.between->last + 1];
        if (tokens_[declaration.between->last + 2].text == ";") take_word(word, variable(declaration.name), words);
    }
}

void PlpgsqlRewriting::take_word(const SqlToken& word, SqlType target, std::vector<PlpgsqlBody::Word>& words) {
    const auto offset = static_cast<std::size_t>(word.text.data() - body_.text().data());
    const bool in_part = std::ranges::any_of(
        body_.parts(), [&](const BodyPart& part) { return offset >= part.offset && offset < part.offset + part.length; });
    const bool numbered = word.kind == PG_QUERY__TOKEN__PARAM;
    const SqlType from = numbered ? scope_.parameter(std::atoi(word.text.data() + 1)) : variable(unquoted_name(word.text));
    if (in_part || from == target || (from != SqlType::text && from != SqlType::vectors && !is_vector(from))) return;
    SqlTree tree(std::string(select) + std::string(word.text));
    PgQuery__Node& node = *tree.statements().front().node;
    Rewriting one = take_expression(node, target);
    if (one.changed && one.uses.empty()) words.push_back({offset, word.text.size(), deparse(node).substr(select.size())});
    all_.add(std::move(one));
}

// EXECUTE ... INTO a, b USING ..., and FOR a, b IN EXECUTE ...
std::vector<SqlType> PlpgsqlRewriting::targets_of_execute(const BodyPart& part) const {
    const char* end = body_.text().data() + part.offset + part.length;
    auto names = std::ranges::find_if(tokens_, [&](const SqlToken& token) { return token.text.data() >= end; });
    while (names != tokens_.end() && names->text != ";" && !is(names, "into") && !is(names, "loop")) ++names;
    if (is(names, "into")) {
        if (is(++names, "strict")) ++names;
        const auto last = std::find_if(names, tokens_.end(), [](const SqlToken& t) { return t.text == ";" || folded(t.text) == "using"; });
        return types_of_names({names, last});
    }
    const auto query = token_at(part);
    return query != tokens_.begin() && is(query - 1, "execute") ? loop_targets(query - 1) : std::vector<SqlType>{};
}

// What a query gives that is SQL only at run time.
void PlpgsqlRewriting::take_executed(const std::string& sql, const std::vector<SqlType>& targets, Token values) {
    const SqlTree tree(sql);
    if (tree.statements().size() != 1) return;
    Scope scope;
    for (int number = 1; !is(values, ";") && values != tokens_.end(); ++number) {
        const auto value = values + 1;
        values = std::find_if(value, tokens_.end(), [](const SqlToken& t) { return t.text == ";" || t.text == ","; });
        if (values - value == 1) scope.parameters[number] = variable(unquoted_name(value->text));
    }
    const auto outputs = rewriter_.types().outputs(*tree.statements().front().node, scope);
    if (outputs) report_differing(*outputs, targets, "EXECUTE");
}

void PlpgsqlRewriting::report_differing(const NamedTypes& given, const std::vector<SqlType>& targets, const std::string& by) {
    for (std::size_t i = 0; i < given.size() && i < targets.size(); ++i) {
        const SqlType from = given[i].second;
        const bool shows = targets[i] == SqlType::text && (is_vector(from) || from == SqlType::vectors);
        const bool reads = is_vector(targets[i]) && (from == SqlType::text || from == SqlType::untyped);
        if (shows || reads) all_.uses.push_back({UseKind::cast, (shows ? "text by " : "vector by ") + by});
    }
}

// FETCH c INTO t: the cursor has vectors for whoever else reads it.
void PlpgsqlRewriting::report_fetched() {
    for (auto token = tokens_.begin(); token != tokens_.end(); ++token) {
        if (!is(token, "fetch")) continue;
        const auto end = std::find_if(token, tokens_.end(), [](const SqlToken& t) { return t.text == ";"; });
        const auto into = std::find_if(token, end, [](const SqlToken& t) { return folded(t.text) == "into"; });
        if (into == end) continue;
        const auto cursor = rows_.cursors.find(unquoted_name((into - 1)->text));
        if (cursor != rows_.cursors.end()) report_differing(cursor->second, types_of_names({into + 1, end}), "FETCH");
    }
}

void PlpgsqlRewriting::take_dynamic(const BodyPart& part) {
    std::string text = part.text;
    const std::vector<SqlToken> tokens = scan(part.text);
    const bool constant = tokens.size() == 1 && tokens.front().kind == PG_QUERY__TOKEN__SCONST;
    if (const std::vector<SqlType> targets = targets_of_execute(part); !targets.empty()) {
        const SqlTree tree(std::string(select) + part.sql);
        const PgQuery__SelectStmt& value = *tree.statements().front().node->select_stmt;
        const auto ends = [](const SqlToken& t) { return t.text == ";" || folded(t.text) == "using"; };
        if (constant)
            take_executed(string_constant(value.target_list[0]->res_target->val), targets,
                          std::find_if(token_at(part), tokens_.end(), ends));
        else if (std::ranges::any_of(targets, is_vector))
            all_.notes.emplace(executed_note);
    }
    if (!constant) text = body_.text();  // the strings that it is put together from may be anywhere
    std::string strings;
    for (const SqlToken& token : scan(text)) {
        if (token.kind == PG_QUERY__TOKEN__SCONST) strings += " " + std::string(token.text.substr(1, token.text.size() - 2));
    }
    std::ranges::replace(strings, '\'', ' ');
    report(strings);
}

// What stands behind SELECT, for a variable of the type.
Rewriting PlpgsqlRewriting::take_expression(PgQuery__Node& node, SqlType target) {
    const bool typed = is_vector(target) || target == SqlType::text;
    if (!typed || node.node_case != PG_QUERY__NODE__NODE_SELECT_STMT) return rewriter_.rewrite(node.base, scope_);
    const PgQuery__SelectStmt& whole = *node.select_stmt;
    const bool alone = whole.n_target_list == 1 && whole.n_from_clause == 0 && whole.where_clause == nullptr && whole.larg == nullptr &&
                       whole.n_sort_clause == 0 && whole.limit_count == nullptr && whole.limit_offset == nullptr;
    if (!alone || whole.n_group_clause > 0 || whole.having_clause != nullptr || whole.n_window_clause > 0)
        return rewriter_.rewrite_results(node, {target}, scope_);
    return rewriter_.rewrite_value(*whole.target_list[0]->res_target->val, target, scope_);
}

void PlpgsqlRewriting::take(const BodyPart& part, std::size_t index, std::map<std::size_t, std::string>& texts) {
    if (part.kind == BodyPart::Kind::dynamic) return take_dynamic(part);
    const bool type = part.kind == BodyPart::Kind::type;
    const bool expression = part.kind == BodyPart::Kind::expression;
    if (type && part.sql.contains('%')) return;
    SqlTree tree((type ? std::string(null_of) : expression ? std::string(select) : "") + part.sql);
    if (tree.statements().size() != 1) return report(part.text);
    PgQuery__Node& node = *tree.statements().front().node;
    Rewriting one;
    if (expression) {
        one = take_expression(node, target_of(part));
    } else if (const std::vector<SqlType> targets = type ? std::vector<SqlType>{} : targets_of_row(part); !targets.empty()) {
        one = rewriter_.rewrite_results(node, targets, scope_);
    } else {
        one = rewriter_.rewrite(node.base, scope_);
    }
    if (one.changed && one.uses.empty()) {
        // A name for its column would stand behind the type or the expression.
        const bool query = node.node_case == PG_QUERY__NODE__NODE_SELECT_STMT;
        for (std::size_t i = 0; (type || expression) && query && i < node.select_stmt->n_target_list; ++i)
            set_text(node.select_stmt->target_list[i]->res_target->name, "");
        const std::string sql = deparse(node);
        const std::string_view front = type ? null_of : expression ? select : std::string_view{};
        if (!sql.starts_with(front)) throw SqlError("a changed expression is not one any more", 0, sql);
        texts[index] = sql.substr(front.size());
    }
    all_.add(std::move(one));
}

}  // namespace

Rewriting rewrite_plpgsql_body(const PgQuery__CreateFunctionStmt& function, PgQuery__String& text, Scope scope, SqlType result,
                               const ExtensionNames& names, const KnownObjects& objects, Rewriter& rewriter) {
    const PlpgsqlBody body(function);
    const NamedTypes row = objects.trigger_row(qualified_name({function.funcname, function.n_funcname}));
    for (const char* alias : {"new", "old"})
        scope.relations.push_back({.alias = alias, .columns = row, .complete = !row.empty(), .by_alias = true});
    std::map<std::size_t, std::string> texts;
    std::vector<PlpgsqlBody::Word> words;
    Rewriting all = PlpgsqlRewriting(body, std::move(scope), result, names, objects, rewriter).run(texts, words);
    if (all.uses.empty() && !(texts.empty() && words.empty())) set_text(text.sval, body.with(texts, std::move(words)));
    return all;
}

}  // namespace lantern_migrate::plan
