-- needs: vector_accum, vector_combine, vector_average
-- object: aggregate pgvector_compat.avg(real[])
-- pgvector: avg(vector).
CREATE OR REPLACE AGGREGATE pgvector_compat.avg(real[]) (
    SFUNC = pgvector_compat.vector_accum,
    STYPE = double precision[],
    FINALFUNC = pgvector_compat.vector_average,
    COMBINEFUNC = pgvector_compat.vector_combine,
    INITCOND = '{0}',
    PARALLEL = SAFE
);
