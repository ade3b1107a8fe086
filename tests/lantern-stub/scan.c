/* ORDER BY column <-> query: the table is read, every distance computed, all sorted. Exact, and as slow as that. */
#include "stub.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/relscan.h"
#include "access/tableam.h"
#include "catalog/index.h"
#include "executor/executor.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"

typedef struct Neighbour {
    double distance;
    ItemPointerData tid;
} Neighbour;

typedef struct StubScan {
    Neighbour *neighbours;
    int count;
    int capacity;
    int next;
    bool sorted;
} StubScan;

static int by_distance(const void *left, const void *right) {
    const Neighbour *a = left, *b = right;
    if (a->distance < b->distance) return -1;
    if (a->distance > b->distance) return 1;
    return ItemPointerCompare((ItemPointer)&a->tid, (ItemPointer)&b->tid);
}

/* The executor follows a chain of heap-only tuples from its root, and takes nothing else from an index. */
static ItemPointerData root_of(Relation heap, TupleTableSlot *slot) {
    ItemPointerData tid = slot->tts_tid;
    HeapTuple tuple = ExecFetchSlotHeapTuple(slot, false, NULL);
    if (HeapTupleIsHeapOnly(tuple)) {
        OffsetNumber roots[MaxHeapTuplesPerPage];
        Buffer buffer = ReadBuffer(heap, ItemPointerGetBlockNumber(&tid));
        LockBuffer(buffer, BUFFER_LOCK_SHARE);
        heap_get_root_tuples(BufferGetPage(buffer), roots);
        UnlockReleaseBuffer(buffer);
        ItemPointerSetOffsetNumber(&tid, roots[ItemPointerGetOffsetNumber(&tid) - 1]);
    }
    return tid;
}

static void remember(StubScan *state, double distance, ItemPointerData tid) {
    if (state->count == state->capacity) {
        state->capacity = state->capacity == 0 ? 1024 : state->capacity * 2;
        state->neighbours = state->neighbours == NULL ? palloc(state->capacity * sizeof(Neighbour))
                                                      : repalloc_huge(state->neighbours, state->capacity * sizeof(Neighbour));
    }
    state->neighbours[state->count++] = (Neighbour){.distance = distance, .tid = tid};
}

static double distance_to(IndexScanDesc scan, Datum value) {
    FmgrInfo *procedure = index_getprocinfo(scan->indexRelation, 1, 1);
    const Datum distance = FunctionCall2(procedure, value, scan->orderByData[0].sk_argument);
    return get_func_rettype(procedure->fn_oid) == INT4OID ? DatumGetInt32(distance) : DatumGetFloat4(distance);
}

static void read_table(IndexScanDesc scan, StubScan *state) {
    Relation heap = scan->heapRelation;
    IndexInfo *info = BuildIndexInfo(scan->indexRelation);
    EState *estate = CreateExecutorState();
    ExprContext *context = GetPerTupleExprContext(estate);
    TupleTableSlot *slot = table_slot_create(heap, NULL);
    ExprState *predicate = ExecPrepareQual(info->ii_Predicate, estate);
    TableScanDesc table_scan = table_beginscan(heap, scan->xs_snapshot, 0, NULL);
    context->ecxt_scantuple = slot;
    while (table_scan_getnextslot(table_scan, ForwardScanDirection, slot)) {
        Datum values[INDEX_MAX_KEYS];
        bool isnull[INDEX_MAX_KEYS];
        CHECK_FOR_INTERRUPTS();
        ResetExprContext(context);
        if (predicate != NULL && !ExecQual(predicate, context)) continue;
        FormIndexDatum(info, slot, estate, values, isnull);
        if (isnull[0]) continue; /* Lantern does not index NULL */
        remember(state, distance_to(scan, values[0]), root_of(heap, slot));
    }
    table_endscan(table_scan);
    ExecDropSingleTupleTableSlot(slot);
    FreeExecutorState(estate);
}

IndexScanDesc stub_begin_scan(Relation index, int nkeys, int norderbys) {
    IndexScanDesc scan = RelationGetIndexScan(index, nkeys, norderbys);
    scan->opaque = palloc0(sizeof(StubScan));
    return scan;
}

void stub_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys) {
    StubScan *state = scan->opaque;
    state->count = 0;
    state->next = 0;
    state->sorted = false;
    if (keys != NULL && scan->numberOfKeys > 0) memmove(scan->keyData, keys, scan->numberOfKeys * sizeof(ScanKeyData));
    if (orderbys != NULL && scan->numberOfOrderBys > 0) memmove(scan->orderByData, orderbys, scan->numberOfOrderBys * sizeof(ScanKeyData));
}

bool stub_get_tuple(IndexScanDesc scan, ScanDirection direction) {
    StubScan *state = scan->opaque;
    if (scan->numberOfOrderBys == 0) elog(ERROR, "cannot scan a lantern_hnsw index without an order");
    if (!state->sorted) {
        if ((scan->orderByData[0].sk_flags & SK_ISNULL) == 0) read_table(scan, state);
        if (state->count > 1) qsort(state->neighbours, state->count, sizeof(Neighbour), by_distance);
        state->sorted = true;
    }
    if (state->next == state->count) return false;
    scan->xs_heaptid = state->neighbours[state->next++].tid;
    scan->xs_recheck = false;
    scan->xs_recheckorderby = false;
    return true;
}

void stub_end_scan(IndexScanDesc scan) { pfree(scan->opaque); }
