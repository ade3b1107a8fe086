-- needs: halfvec_add, to_halfvec
-- object: aggregate pgvector_compat.halfvec_sum(real[])
-- pgvector: sum(halfvec). The final function is for a single array, which nothing was added to.
CREATE OR REPLACE AGGREGATE pgvector_compat.halfvec_sum(real[]) (
    SFUNC = pgvector_compat.halfvec_add,
    STYPE = real[],
    FINALFUNC = pgvector_compat.to_halfvec,
    COMBINEFUNC = pgvector_compat.halfvec_add,
    PARALLEL = SAFE
);
