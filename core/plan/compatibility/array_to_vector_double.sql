-- needs: checked_vector, rounded_to_real
-- object: function pgvector_compat.array_to_vector(double precision[])
-- pgvector: array_to_vector(double precision[], integer, boolean), the cast double precision[]::vector. What is too
-- small becomes 0, what is too large an infinite value, which is not allowed.
CREATE OR REPLACE FUNCTION pgvector_compat.array_to_vector(a double precision[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.array_ndims(a) = 1 THEN
        RETURN pgvector_compat.checked_vector(
            ARRAY(SELECT pgvector_compat.rounded_to_real(x) FROM (SELECT pg_catalog.unnest(a) AS x) AS elements), 'vector');
    END IF;
    RETURN pgvector_compat.checked_vector(a::real[], 'vector');
END
$$;
