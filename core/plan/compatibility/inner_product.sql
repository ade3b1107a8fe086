-- needs: rounded_to_real, refused_pair
-- object: function pgvector_compat.inner_product(real[], real[])
-- pgvector: inner_product(vector, vector). It sums floats: where that overflows on the way but not in the end, this one has the true sum.
CREATE OR REPLACE FUNCTION pgvector_compat.inner_product(a real[], b real[]) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_ndims(b) = 1 AND pg_catalog.cardinality(a) = pg_catalog.cardinality(b)
            AND pg_catalog.array_position(a, NULL) IS NULL AND pg_catalog.array_position(b, NULL) IS NULL THEN
        RETURN pgvector_compat.rounded_to_real((
            SELECT pg_catalog.sum(x::double precision * y)
            FROM (SELECT pg_catalog.unnest(a) AS x, pg_catalog.unnest(b) AS y) AS elements));
    END IF;
    PERFORM pgvector_compat.refused_pair(a, b, 'vector');
    RETURN NULL;
END
$$;
