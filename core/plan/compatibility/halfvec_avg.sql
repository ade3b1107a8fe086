-- needs: vector_accum, vector_combine, halfvec_average
-- object: aggregate pgvector_compat.halfvec_avg(real[])
-- pgvector: avg(halfvec).
CREATE OR REPLACE AGGREGATE pgvector_compat.halfvec_avg(real[]) (
    SFUNC = pgvector_compat.vector_accum,
    STYPE = double precision[],
    FINALFUNC = pgvector_compat.halfvec_average,
    COMBINEFUNC = pgvector_compat.vector_combine,
    INITCOND = '{0}',
    PARALLEL = SAFE
);
