-- needs: rounded_to_real, refused_pair
-- object: function pgvector_compat.l2_squared_distance(real[], real[])
-- pgvector: vector_l2_squared_distance(vector, vector), a support function of its indexes. Its sum is a float, which can be Infinity.
CREATE OR REPLACE FUNCTION pgvector_compat.l2_squared_distance(a real[], b real[]) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_ndims(b) = 1 AND pg_catalog.cardinality(a) = pg_catalog.cardinality(b)
            AND pg_catalog.array_position(a, NULL) IS NULL AND pg_catalog.array_position(b, NULL) IS NULL THEN
        RETURN pgvector_compat.rounded_to_real((
            SELECT pg_catalog.sum((x::double precision - y) * (x::double precision - y))
            FROM (SELECT pg_catalog.unnest(a) AS x, pg_catalog.unnest(b) AS y) AS elements));
    END IF;
    PERFORM pgvector_compat.refused_pair(a, b, 'vector');
    RETURN NULL;
END
$$;
