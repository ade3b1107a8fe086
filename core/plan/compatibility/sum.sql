-- needs: vector_add
-- object: aggregate pgvector_compat.sum(real[])
-- pgvector: sum(vector).
CREATE OR REPLACE AGGREGATE pgvector_compat.sum(real[]) (
    SFUNC = pgvector_compat.vector_add,
    STYPE = real[],
    COMBINEFUNC = pgvector_compat.vector_add,
    PARALLEL = SAFE
);
