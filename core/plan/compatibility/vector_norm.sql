-- needs: checked_vector
-- object: function pgvector_compat.vector_norm(real[])
-- pgvector: vector_norm(vector), l2_norm(halfvec), l2_norm(sparsevec).
CREATE OR REPLACE FUNCTION pgvector_compat.vector_norm(a real[]) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    total double precision;
    counted bigint;
BEGIN
    SELECT pg_catalog.sum(x * x), pg_catalog.count(x) INTO total, counted
        FROM (SELECT pg_catalog.unnest(a)::double precision AS x) AS elements;
    IF pg_catalog.array_ndims(a) = 1 AND counted = pg_catalog.cardinality(a) THEN
        RETURN pg_catalog.sqrt(total);
    END IF;
    PERFORM pgvector_compat.checked_vector(a, 'vector');
    RETURN NULL;
END
$$;
