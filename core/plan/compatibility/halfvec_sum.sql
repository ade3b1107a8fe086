-- needs: halfvec_add
-- object: aggregate pgvector_compat.halfvec_sum(real[])
-- pgvector: sum(halfvec).
CREATE OR REPLACE AGGREGATE pgvector_compat.halfvec_sum(real[]) (
    SFUNC = pgvector_compat.halfvec_add,
    STYPE = real[],
    COMBINEFUNC = pgvector_compat.halfvec_add,
    PARALLEL = SAFE
);
