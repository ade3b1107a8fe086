-- needs: checked_vector
-- object: function pgvector_compat.binary_quantize(real[])
-- pgvector: binary_quantize(vector), a bit for each element: whether it is positive. Quoted, bit is of any length.
CREATE OR REPLACE FUNCTION pgvector_compat.binary_quantize(a real[]) RETURNS "bit"
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_position(a, NULL) IS NULL THEN
        RETURN pg_catalog.array_to_string(ARRAY(SELECT CASE WHEN x > 0 THEN 1 ELSE 0 END FROM (SELECT pg_catalog.unnest(a) AS x) AS e), '');
    END IF;
    PERFORM pgvector_compat.checked_vector(a, 'vector');
    RETURN NULL;
END
$$;
