// The words of the job file, one table an enumeration: what is read and what is printed cannot differ.
#pragma once

#include "config/job_spec.h"

#include <array>
#include <string_view>

namespace lantern_migrate::config {

template <typename Value>
struct Word {
    Value value;
    std::string_view word;
};

template <typename Value>
inline constexpr int words_of = 0;  // an enumeration without a table of words does not compile where words are wanted

template <>
inline constexpr std::array words_of<Mode>{
    Word{Mode::offline, "offline"},
    Word{Mode::in_place, "in_place"},
    Word{Mode::online, "online"},
};
template <>
inline constexpr std::array words_of<SourceWrites>{
    Word{SourceWrites::lock, "lock"},
    Word{SourceWrites::read_only, "read_only"},
    Word{SourceWrites::allow, "allow"},
};
template <>
inline constexpr std::array words_of<ExistingTables>{
    Word{ExistingTables::fail, "fail"},
    Word{ExistingTables::use, "use"},
    Word{ExistingTables::replace, "replace"},
};
template <>
inline constexpr std::array words_of<OnUnsupported>{
    Word{OnUnsupported::fail, "fail"},
    Word{OnUnsupported::skip, "skip"},
};
template <>
inline constexpr std::array words_of<BitVectors>{
    Word{BitVectors::keep, "keep"},
    Word{BitVectors::integer_array, "integer_array"},
};
template <>
inline constexpr std::array words_of<IvfflatPolicy>{
    Word{IvfflatPolicy::hnsw, "hnsw"},
    Word{IvfflatPolicy::skip, "skip"},
    Word{IvfflatPolicy::fail, "fail"},
};
template <>
inline constexpr std::array words_of<InnerProductPolicy>{
    Word{InnerProductPolicy::if_normalized, "if_normalized"},
    Word{InnerProductPolicy::cosine, "cosine"},
    Word{InnerProductPolicy::skip, "skip"},
    Word{InnerProductPolicy::fail, "fail"},
};
template <>
inline constexpr std::array words_of<Verification>{
    Word{Verification::digest, "digest"},
    Word{Verification::full, "full"},
    Word{Verification::counts, "counts"},
    Word{Verification::off, "off"},
};
template <>
inline constexpr std::array words_of<CutoverStart>{
    Word{CutoverStart::automatic, "automatic"},
    Word{CutoverStart::wait, "wait"},
};

}  // namespace lantern_migrate::config
