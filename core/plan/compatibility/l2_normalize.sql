-- needs: vector_norm, rounded_to_real
-- object: function pgvector_compat.l2_normalize(real[])
-- pgvector: l2_normalize(vector). Of zeros: zeros.
CREATE OR REPLACE FUNCTION pgvector_compat.l2_normalize(a real[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    norm double precision := pgvector_compat.vector_norm(a);
BEGIN
    IF norm > 0 THEN
        RETURN ARRAY(SELECT pgvector_compat.rounded_to_real(x / norm) FROM (SELECT pg_catalog.unnest(a) AS x) AS elements);
    END IF;
    RETURN pg_catalog.array_fill(real '0', ARRAY[pg_catalog.cardinality(a)]);
END
$$;
