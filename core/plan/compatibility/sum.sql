-- needs: vector_add, array_to_vector
-- object: aggregate pgvector_compat.sum(real[])
-- pgvector: sum(vector). The final function is for a single array, which nothing was added to.
CREATE OR REPLACE AGGREGATE pgvector_compat.sum(real[]) (
    SFUNC = pgvector_compat.vector_add,
    STYPE = real[],
    FINALFUNC = pgvector_compat.array_to_vector,
    COMBINEFUNC = pgvector_compat.vector_add,
    PARALLEL = SAFE
);
