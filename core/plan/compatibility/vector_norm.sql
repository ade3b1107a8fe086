-- needs: checked_vector
-- object: function pgvector_compat.vector_norm(real[])
-- pgvector: vector_norm(vector), l2_norm(halfvec), l2_norm(sparsevec).
CREATE OR REPLACE FUNCTION pgvector_compat.vector_norm(a real[]) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_position(a, NULL) IS NULL THEN
        RETURN pg_catalog.sqrt((SELECT pg_catalog.sum(x::double precision * x) FROM (SELECT pg_catalog.unnest(a) AS x) AS elements));
    END IF;
    PERFORM pgvector_compat.checked_vector(a, 'vector');
    RETURN NULL;
END
$$;
