#include "core/plan/plpgsql_marks.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace lantern_migrate::plan {
namespace {

constexpr auto npos = std::string::npos;

// How long what opens a string is: ', E', N', $tag$. 0: not a string, or one that is looked into by the parser.
std::size_t opening_of(const std::vector<SqlToken>& tokens, std::size_t at) {
    const std::string_view text = tokens[at].text;
    if (tokens[at].kind != PG_QUERY__TOKEN__SCONST) return 0;
    if (at > 0 && (folded(tokens[at - 1].text) == "sqlstate" || folded(tokens[at - 1].text) == "uescape")) return 0;
    if (text.starts_with('$')) return text.find('$', 1) + 1;
    return text.find('\'') + 1;
}

// `EXECUTE name;`: one word, that no mark can be in the middle of.
bool executes_a_word(const std::vector<SqlToken>& tokens, std::size_t at) {
    if (at == 0 || at + 1 >= tokens.size() || folded(tokens[at - 1].text) != "execute") return false;
    const std::string next = folded(tokens[at + 1].text);
    return next == ";" || next == "into" || next == "using" || next == "loop";
}

// Behind these the server's parser looks at the next token, and libpg_query's finds a comment there: `NOT /* */ IN` is an error to it.
bool looks_ahead(const SqlToken& token) {
    constexpr std::string_view words[] = {"not", "nulls", "with", "without", "format", "uescape"};
    return token.kind == PG_QUERY__TOKEN__USCONST || std::ranges::contains(words, folded(token.text));
}

// Blanks and comments as blanks, on as many lines.
std::string blank(std::string_view text) {
    std::string blanks(text);
    for (char& c : blanks) c = c == '\n' ? '\n' : ' ';
    return blanks;
}

bool is_record(const std::vector<SqlToken>& tokens, const PlpgsqlDeclaration& declaration, const std::set<std::string>& records) {
    const TokenRange type = declaration.type;
    if (type.first == type.last && folded(tokens[type.first].text) == "record") return true;
    return records.contains(declaration.name) || (type.first < type.last && folded(tokens[type.last].text) == "rowtype");
}

}  // namespace

MarkedBody::MarkedBody(const std::string& body, const std::vector<SqlToken>& tokens, const std::vector<PlpgsqlDeclaration>& declarations,
                       const std::set<std::string>& records, std::size_t left_out)
    : tokens_(tokens), places_(tokens.size()) {
    for (int n = 0; tag_.empty() || body.contains(tag_); ++n) tag_ = "@at" + std::to_string(n) + ":";
    // What stands in the place of tokens.
    std::map<std::size_t, std::string> instead;
    for (const PlpgsqlDeclaration& declaration : declarations) {
        if (!declaration.cursor.empty()) continue;
        const TokenRange type = declaration.type;
        const bool cursor = type.first == type.last && folded(tokens[type.first].text) == "refcursor";
        const bool record = is_record(tokens, declaration, records);
        for (std::size_t i = type.first; i <= type.last; ++i) instead[i] = "";
        instead[type.first] = record ? "record" : cursor ? "refcursor" : "text";
        // libpg_query does not tell a record's default: it becomes that of another variable.
        if (!record || !declaration.between) continue;
        for (std::size_t i = declaration.between->first; i <= declaration.between->last; ++i) instead[i] = "";
        instead[declaration.between->last] = "; \"" + tag_ + std::to_string(type.first) + "\" int :=";
    }
    for (std::size_t i = 0; i < left_out; ++i) instead[i] = "";
    std::size_t done = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto begin = static_cast<std::size_t>(tokens[i].text.data() - body.data());
        const std::string gap = body.substr(done, begin - done);
        text_ += i > 0 && looks_ahead(tokens[i - 1]) ? blank(gap) : gap;
        done = begin + tokens[i].text.size();
        if (const auto other = instead.find(i); other != instead.end()) {
            text_ += other->second;
        } else if (tokens[i].kind == PG_QUERY__TOKEN__IDENT && executes_a_word(tokens, i)) {
            text_ += '(';
            append_token(i, tokens[i].text);
            text_ += ')';
        } else {
            append_token(i, tokens[i].text);
        }
    }
    text_.append(body, done);
}

std::string MarkedBody::mark(std::size_t token) const { return "/*" + tag_ + std::to_string(token) + "*/"; }

void MarkedBody::append_token(std::size_t token, std::string_view text) {
    Place& place = places_[token];
    place.begin = text_.size();
    if (const std::size_t opening = opening_of(tokens_, token); opening != 0) {
        text_.append(text.substr(0, opening));
        place.number = text_.size() - place.begin;
        text_.append(tag_).append(std::to_string(token)).append(";").append(text.substr(opening));
    } else {
        text_.append(text);
    }
    place.end = text_.size();
    if (!looks_ahead(tokens_[token])) text_ += mark(token);
}

bool MarkedBody::next_mark(const std::string& query, std::size_t from, Mark& found) const {
    const auto at = query.find(tag_, from);
    if (at == npos) return false;
    const char* begin = query.data() + at + tag_.size();
    const auto [end, error] = std::from_chars(begin, query.data() + query.size(), found.token);
    if (error != std::errc() || found.token >= tokens_.size()) return false;
    found.comment = at >= 2 && query.compare(at - 2, 2, "/*") == 0;
    found.begin = found.comment ? at - 2 : at;
    found.end = static_cast<std::size_t>(end - query.data()) + (found.comment ? 2 : 1);
    return true;
}

std::size_t MarkedBody::begin_of(const std::string& query, std::size_t from, const Mark& found) const {
    const Place& place = places_[found.token];
    if (place.begin == npos) return npos;
    const std::size_t before = found.comment ? place.end - place.begin : place.number;
    if (found.begin < from + before) return npos;
    const std::size_t begin = found.begin - before;
    return query.compare(begin, place.end - place.begin, text_, place.begin, place.end - place.begin) == 0 ? begin : npos;
}

MarkedBody::Found MarkedBody::find(const std::string& query) const {
    Found found;
    std::size_t done = 0;
    for (Mark mark{}; next_mark(query, done, mark);) {
        std::size_t begin = begin_of(query, done, mark);
        if (begin == npos) {
            // The mark of a token that was cut off.
            if (mark.comment) {
                found.rest.append(query, done, mark.begin - done);
            } else {
                found.rest.append(query, done, mark.end - done);
            }
            done = mark.end;
            continue;
        }
        std::size_t first = mark.token;
        std::size_t last = mark.token;
        std::size_t end = begin + places_[last].end - places_[last].begin;
        // Those that have no mark behind them.
        for (; first > 0 && places_[first - 1].begin != npos && looks_ahead(tokens_[first - 1]); --first) {
            const std::size_t from = places_[first - 1].begin;
            const std::size_t length = places_[first].begin - from;
            if (begin < done + length || query.compare(begin - length, length, text_, from, length) != 0) break;
            begin -= length;
        }
        found.rest.append(query, done, begin - done);
        for (; last + 1 < tokens_.size() && places_[last + 1].begin != npos; ++last) {
            const std::size_t length = places_[last + 1].end - places_[last].end;
            if (end + length > query.size() || query.compare(end, length, text_, places_[last].end, length) != 0) break;
            end += length;
        }
        found.runs.push_back({first, last});
        const std::string own = this->mark(last);
        done = query.compare(end, own.size(), own) == 0 ? end + own.size() : end;
    }
    found.rest.append(query, done);
    return found;
}

std::string MarkedBody::without_marks(std::string text) const {
    for (Mark mark{}; next_mark(text, 0, mark);) text.erase(mark.begin, std::min(mark.end, text.size()) - mark.begin);
    return text;
}

}  // namespace lantern_migrate::plan
