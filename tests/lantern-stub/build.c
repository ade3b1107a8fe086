/* Building and inserting: nothing is kept, but dimensions are checked as Lantern checks them. */
#include "stub.h"

#include "access/tableam.h"
#include "catalog/pg_type_d.h"
#include "commands/vacuum.h"
#include "miscadmin.h"
#include "utils/array.h"

#include <stdlib.h>

int stub_build_delay_ms = 0;
char *stub_crash_on_build = NULL;

typedef struct BuildState {
    int dimensions; /* 0: not known yet */
    double tuples;
} BuildState;

static void check_dimensions(int expected, Datum value) {
    ArrayType *array = DatumGetArrayTypeP(value);
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    if (count != expected) elog(ERROR, "Wrong number of dimensions: %d instead of %d expected", count, expected);
    if ((Pointer)array != DatumGetPointer(value)) pfree(array);
}

static void build_one(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *argument) {
    BuildState *state = argument;
    CHECK_FOR_INTERRUPTS();
    state->tuples += 1;
    if (isnull[0]) return;
    if (state->dimensions == 0) {
        ArrayType *array = DatumGetArrayTypeP(values[0]);
        state->dimensions = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
        if (state->dimensions < 1) elog(ERROR, "column does not have dimensions, please specify one");
    }
    check_dimensions(state->dimensions, values[0]);
}

static void make_trouble(Relation index) {
    if (stub_crash_on_build != NULL && strcmp(stub_crash_on_build, RelationGetRelationName(index)) == 0) abort();
    for (int waited_ms = 0; waited_ms < stub_build_delay_ms; waited_ms += 20) {
        CHECK_FOR_INTERRUPTS();
        pg_usleep(20 * 1000L);
    }
}

/* Of a domain over real[] too: its oid is another. */
static void check_type(Relation index) {
    const Oid type = TupleDescAttr(RelationGetDescr(index), 0)->atttypid;
    if (type != FLOAT4ARRAYOID && type != INT4ARRAYOID) {
        elog(ERROR, "Unsupported type LanternDB currently supports only real[] and vector types");
    }
}

IndexBuildResult *stub_build(Relation heap, Relation index, IndexInfo *index_info) {
    BuildState state = {.dimensions = stub_dim_option(index), .tuples = 0};
    IndexBuildResult *result = palloc0(sizeof(IndexBuildResult));
    make_trouble(index);
    check_type(index);
    result->heap_tuples = table_index_build_scan(heap, index, index_info, true, true, build_one, &state, NULL);
    if (state.dimensions < 1) elog(ERROR, "column does not have dimensions, please specify one");
    if (state.dimensions > STUB_MAX_DIMENSIONS) {
        elog(ERROR, "vector dimension %d is too large. LanternDB currently supports up to %ddim vectors", state.dimensions, STUB_MAX_DIMENSIONS);
    }
    result->index_tuples = state.tuples;
    return result;
}

void stub_build_empty(Relation index) {
    if (stub_dim_option(index) < 1) elog(ERROR, "column does not have dimensions, please specify one");
}

bool stub_insert(Relation index, Datum *values, bool *isnull, ItemPointer tid, Relation heap, IndexUniqueCheck check_unique,
                 bool index_unchanged, IndexInfo *index_info) {
    const int dimensions = stub_dim_option(index);
    if (!isnull[0] && dimensions > 0) check_dimensions(dimensions, values[0]);
    return false;
}

IndexBulkDeleteResult *stub_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback, void *state) {
    return stats == NULL ? palloc0(sizeof(IndexBulkDeleteResult)) : stats;
}

IndexBulkDeleteResult *stub_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats) { return stats; }
