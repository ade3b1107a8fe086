#include "core/plan/plpgsql_body.h"

#include "core/errors.h"
#include "core/plan/plpgsql_parts.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lantern_migrate::plan {
namespace {

struct Parameter {
    std::vector<std::string> names;
    std::string type;
    bool given_back;
};

std::string body_of(const PgQuery__CreateFunctionStmt& function) {
    std::string language, body;
    for (std::size_t i = 0; i < function.n_options; ++i) {
        const PgQuery__DefElem& option = *function.options[i]->def_elem;
        if (option.arg == nullptr) continue;
        const std::string_view name = option.defname;
        if (name == "language" && option.arg->node_case == PG_QUERY__NODE__NODE_STRING) language = option.arg->string->sval;
        if (name != "as" || option.arg->node_case != PG_QUERY__NODE__NODE_LIST || option.arg->list->n_items != 1) continue;
        const PgQuery__Node& text = *option.arg->list->items[0];
        if (text.node_case == PG_QUERY__NODE__NODE_STRING) body = text.string->sval;
    }
    if (folded(language) != "plpgsql") throw SqlError("the function is not in PL/pgSQL", 0, {});
    return body;
}

std::vector<Parameter> parameters_of(const PgQuery__CreateFunctionStmt& function) {
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < function.n_parameters; ++i) {
        const PgQuery__FunctionParameter& p = *function.parameters[i]->function_parameter;
        Parameter parameter{{"$" + std::to_string(i + 1)}, p.arg_type == nullptr ? std::string() : display(*p.arg_type), false};
        if (p.name != nullptr && *p.name != '\0') parameter.names.emplace_back(p.name);
        parameter.given_back = p.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
                               p.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT ||
                               p.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE;
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

std::string quoted_name(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + "\"";
}

std::string last_name(std::span<PgQuery__Node* const> nodes) {
    const std::vector<std::string> names = texts(nodes);
    return names.empty() ? std::string() : names.back();
}

// libpg_query takes a parameter whose type is qualified for a record, and knows the function by the first part of its name only. So it is
// given the parameters as variables of a block around the body that has the function's name as its label; of the function itself remains
// what RETURN is judged by.
std::string function_around(const PgQuery__CreateFunctionStmt& function, const std::vector<Parameter>& parameters,
                            const std::set<std::string>& records, std::string_view body, bool ends_with_semicolon) {
    std::string variables;
    for (const Parameter& parameter : parameters) {
        for (const std::string& name : parameter.names) {
            const bool cursor = parameter.type == "refcursor" || parameter.type == "pg_catalog.refcursor";
            variables += quoted_name(name) + (records.contains(name) ? " record; " : cursor ? " refcursor; " : " int; ");
        }
    }
    std::string returns = "int";
    bool set = false;
    if (const PgQuery__TypeName* type = function.return_type) {
        set = type->setof;
        if (last_name({type->names, type->n_names}) == "trigger") returns = "trigger";
    }
    std::string delimiter = "$body$";
    for (int n = 0; body.contains(delimiter); ++n) delimiter = "$body" + std::to_string(n) + "$";
    std::string sql = "CREATE FUNCTION body(";
    if (std::ranges::any_of(parameters, &Parameter::given_back)) sql += "OUT given int";
    sql += std::string(") RETURNS ") + (set ? "SETOF " : "") + returns + " LANGUAGE plpgsql AS " + delimiter;
    sql += "<<" + quoted_name(last_name({function.funcname, function.n_funcname})) + ">> DECLARE " + variables + "BEGIN ";
    sql += body;
    return sql + (ends_with_semicolon ? "\n" : "\n;") + "END" + delimiter;
}

// `"a.b" is not a known variable`: the part of it that is a variable has to be a record. Empty: the message says something else.
std::string record_missing_in(const std::string& message, const std::multimap<std::string, std::string>& variables,
                              const std::set<std::string>& records) {
    const auto end = message.find("\" is not a known variable");
    if (end == std::string::npos || !message.starts_with('"')) return {};
    const std::string name = message.substr(1, end - 1) + ".";
    for (std::size_t from = 0, dot = name.find('.'); dot != std::string::npos; from = dot + 1, dot = name.find('.', from)) {
        std::string part = name.substr(from, dot - from);
        if (dot + 1 < name.size() && variables.contains(part) && !records.contains(part)) return part;
    }
    return {};
}

// #variable_conflict and its like stand first in a body; around it is a block now. They say nothing about where something stands.
std::size_t after_options(const std::vector<SqlToken>& tokens) {
    std::size_t at = 0;
    while (at + 2 < tokens.size() && tokens[at].text == "#") at += 3;
    return at;
}

bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || (c & '\x80') != 0; }

// `IF(a <-> b)THEN` has no blanks to lose.
std::string apart(std::string_view before, std::string text, std::string_view after) {
    if (text.empty()) return text;
    const auto touches = [](char a, char b) {
        constexpr std::string_view closed = " \t\r\n\f\v;,()[]";
        if (closed.contains(a) || closed.contains(b)) return false;
        return word_character(a) == word_character(b);
    };
    if (!before.empty() && touches(before.back(), text.front())) text.insert(0, " ");
    if (!after.empty() && touches(text.back(), after.front())) text += ' ';
    return text;
}

std::string written(const BodyPart& part, std::string sql) {
    if (part.sql == sql) return part.text;
    if (folded(part.text).starts_with("perform") && part.sql.starts_with("SELECT") && part.kind == BodyPart::Kind::statement) {
        if (!folded(sql).starts_with("select")) throw SqlError("PERFORM needs a SELECT", 0, sql);
        sql.replace(0, std::string_view("select").size(), "PERFORM");
    }
    // A comment at its end would take the clause with it.
    if (!part.into.empty()) sql += (sql.contains("--") ? "\n" : " ") + part.into;
    return sql;
}

}  // namespace

PlpgsqlBody::PlpgsqlBody(const PgQuery__CreateFunctionStmt& function) : text_(body_of(function)) {
    const std::vector<SqlToken> tokens = scan(text_);
    if (tokens.empty()) throw SqlError("the body has no statements, or a string in it has no end", 0, {});
    const std::vector<PlpgsqlDeclaration> declarations = plpgsql_declarations(tokens);
    const std::vector<Parameter> parameters = parameters_of(function);
    for (const Parameter& parameter : parameters) {
        for (const std::string& name : parameter.names) variables_.emplace(name, parameter.type);
    }
    for (const PlpgsqlDeclaration& declaration : declarations) {
        variables_.emplace(declaration.name, written_tokens(tokens, declaration.type));
    }
    const PlpgsqlTypes types{declarations, variables_, function.return_type == nullptr ? std::string() : display(*function.return_type)};
    std::set<std::string> records;
    for (;;) {
        const MarkedBody marked(text_, tokens, declarations, records, after_options(tokens));
        try {
            const std::string json = plpgsql_json(function_around(function, parameters, records, marked.text(), tokens.back().text == ";"));
            PlpgsqlParts found = plpgsql_parts(text_, tokens, types, marked, plpgsql_expressions(json));
            parts_ = std::move(found.parts);
            unplaced_ = std::move(found.unplaced);
            return;
        } catch (const SqlError& error) {
            const std::string record = record_missing_in(error.what(), variables_, records);
            if (record.empty()) throw SqlError(marked.without_marks(error.what()), 0, {});
            records.insert(record);
        }
    }
}

std::string PlpgsqlBody::with(const std::map<std::size_t, std::string>& texts, std::vector<Word> words) const {
    for (const auto& [index, sql] : texts) {
        const BodyPart& part = parts_.at(index);
        words.push_back({part.offset, part.length, written(part, sql)});
    }
    std::ranges::sort(words, {}, &Word::offset);
    std::string body;
    std::size_t done = 0;
    for (Word& word : words) {
        body.append(text_, done, word.offset - done);
        done = word.offset + word.length;
        const bool same = std::string_view(text_).substr(word.offset, word.length) == word.text;
        body += same ? word.text : apart(body, std::move(word.text), std::string_view(text_).substr(done));
    }
    return body.append(text_, done);
}

}  // namespace lantern_migrate::plan
