// Entry point for libFuzzer: any bytes are a COPY of some fields (FuzzInput in row_codec_promises.h).
#include "tests/fuzz/row_codec_promises.h"

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lantern_migrate::codec::test;
    const FuzzInput input = parse_fuzz_input(std::as_bytes(std::span(data, size)));
    const Verdict verdict = check_promises(input.fields, input.stream);
    if (verdict.broken_promise.empty()) return 0;
    std::fprintf(stderr, "broken promise: %s\n", verdict.broken_promise.c_str());
    std::abort();
}
