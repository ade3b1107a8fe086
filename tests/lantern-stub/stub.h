/* The stand-in for lantern: what its files share. */
#ifndef LANTERN_STUB_H
#define LANTERN_STUB_H

#include "postgres.h"

#include "access/amapi.h"
#include "access/genam.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"

/* Lantern's bounds (measured on 0.5.0). */
#define STUB_MAX_DIMENSIONS 2000

typedef struct StubOptions {
    int32 vl_len_; /* varlena header, as reloptions want it */
    int m;
    int ef_construction;
    int ef;
    int dim; /* 0: not given */
    int quant_bits;
    bool external;
    bool pq;
} StubOptions;

/* options.c */
extern void stub_define_options(void);
extern bytea *stub_options(Datum reloptions, bool validate);
extern int stub_dim_option(Relation index);

/* build.c */
extern int stub_build_delay_ms;
extern char *stub_crash_on_build;
extern IndexBuildResult *stub_build(Relation heap, Relation index, IndexInfo *index_info);
extern void stub_build_empty(Relation index);
extern bool stub_insert(Relation index, Datum *values, bool *isnull, ItemPointer tid, Relation heap, IndexUniqueCheck check_unique,
                        bool index_unchanged, IndexInfo *index_info);
extern IndexBulkDeleteResult *stub_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback, void *state);
extern IndexBulkDeleteResult *stub_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

/* scan.c */
extern IndexScanDesc stub_begin_scan(Relation index, int nkeys, int norderbys);
extern void stub_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys);
extern bool stub_get_tuple(IndexScanDesc scan, ScanDirection direction);
extern void stub_end_scan(IndexScanDesc scan);

#endif
