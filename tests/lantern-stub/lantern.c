/*
 * A stand-in for the lantern extension, for lantern-migrate's tests and demo only: the same SQL, answered exactly by a scan. Not Lantern.
 */
#include "stub.h"

#include "commands/vacuum.h"
#include "fmgr.h"
#include "optimizer/cost.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/selfuncs.h"

PG_MODULE_MAGIC;
PG_FUNCTION_INFO_V1(stub_handler);

void _PG_init(void);

void _PG_init(void) {
    stub_define_options();
    DefineCustomIntVariable("lantern_stub.build_delay_ms", "every index build sleeps this long first", NULL, &stub_build_delay_ms, 0, 0, 600000,
                            PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
    DefineCustomStringVariable("lantern_stub.crash_on_build", "the build of the index of this name aborts the server", NULL, &stub_crash_on_build,
                               "", PGC_USERSET, 0, NULL, NULL, NULL);
    MarkGUCPrefixReserved("lantern_stub");
}

/* Cheap for ORDER BY, so that the planner takes it; never for anything else. */
static void cost_estimate(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup, Cost *total, Selectivity *selectivity,
                          double *correlation, double *pages) {
    const bool ordered = path->indexorderbys != NIL;
    *startup = ordered ? 1 : get_float8_infinity();
    *total = ordered ? 2 : get_float8_infinity();
    *selectivity = 1;
    *correlation = 0;
    *pages = 1;
}

static bool validate(Oid opclass) { return true; }

Datum stub_handler(PG_FUNCTION_ARGS) {
    IndexAmRoutine *routine = makeNode(IndexAmRoutine);
    routine->amstrategies = 0; /* operators are told apart by their operator class */
    routine->amsupport = 1;
    routine->amcanorderbyop = true;
    routine->amoptionalkey = true;
    routine->amparallelvacuumoptions = VACUUM_OPTION_NO_PARALLEL;
    routine->amkeytype = InvalidOid;
    routine->ambuild = stub_build;
    routine->ambuildempty = stub_build_empty;
    routine->aminsert = stub_insert;
    routine->ambulkdelete = stub_bulk_delete;
    routine->amvacuumcleanup = stub_vacuum_cleanup;
    routine->amcostestimate = cost_estimate;
    routine->amoptions = stub_options;
    routine->amvalidate = validate;
    routine->ambeginscan = stub_begin_scan;
    routine->amrescan = stub_rescan;
    routine->amgettuple = stub_get_tuple;
    routine->amendscan = stub_end_scan;
    PG_RETURN_POINTER(routine);
}
