/* WITH (...): the options of Lantern's indexes and their bounds. */
#include "stub.h"

#include "access/reloptions.h"

static relopt_kind kind;
/* 2 and 4 bits are refused by Lantern, too. */
static relopt_enum_elt_def quant_bits_values[] = {{"1", 1}, {"8", 8}, {"16", 16}, {"32", 32}, {NULL, 0}};

void stub_define_options(void) {
    kind = add_reloption_kind();
    add_int_reloption(kind, "m", "connections of a node", 16, 2, 128, AccessExclusiveLock);
    add_int_reloption(kind, "ef_construction", "candidates at build", 128, 1, 400, AccessExclusiveLock);
    add_int_reloption(kind, "ef", "candidates at search", 64, 1, 400, AccessExclusiveLock);
    add_int_reloption(kind, "dim", "number of dimensions", 0, 1, STUB_MAX_DIMENSIONS, AccessExclusiveLock);
    add_enum_reloption(kind, "quant_bits", "bits of a dimension in the index", quant_bits_values, 32,
                       "Unsupported quantization bits. Supported values are 1, 8, 16 and 32", AccessExclusiveLock);
    add_bool_reloption(kind, "external", "build by an external server", false, AccessExclusiveLock);
    add_bool_reloption(kind, "pq", "product quantization", false, AccessExclusiveLock);
}

bytea *stub_options(Datum reloptions, bool validate) {
    static const relopt_parse_elt fields[] = {
        {"m", RELOPT_TYPE_INT, offsetof(StubOptions, m)},
        {"ef_construction", RELOPT_TYPE_INT, offsetof(StubOptions, ef_construction)},
        {"ef", RELOPT_TYPE_INT, offsetof(StubOptions, ef)},
        {"dim", RELOPT_TYPE_INT, offsetof(StubOptions, dim)},
        {"quant_bits", RELOPT_TYPE_ENUM, offsetof(StubOptions, quant_bits)},
        {"external", RELOPT_TYPE_BOOL, offsetof(StubOptions, external)},
        {"pq", RELOPT_TYPE_BOOL, offsetof(StubOptions, pq)},
    };
    return (bytea *)build_reloptions(reloptions, validate, kind, sizeof(StubOptions), fields, lengthof(fields));
}

int stub_dim_option(Relation index) { return index->rd_options == NULL ? 0 : ((StubOptions *)index->rd_options)->dim; }
