-- needs: vector_norm, rounded_to_real, halves
-- object: function pgvector_compat.halfvec_l2_normalize(real[])
-- pgvector: l2_normalize(halfvec). Of zeros: zeros.
CREATE OR REPLACE FUNCTION pgvector_compat.halfvec_l2_normalize(a real[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    norm double precision := pgvector_compat.vector_norm(a);
BEGIN
    IF norm > 0 THEN
        -- Twice rounded, as pgvector does: to a float, and that to a half.
        RETURN pgvector_compat.halves(ARRAY(
            SELECT pgvector_compat.rounded_to_real(x / norm)::double precision FROM (SELECT pg_catalog.unnest(a) AS x) AS elements));
    END IF;
    RETURN pg_catalog.array_fill(real '0', ARRAY[pg_catalog.cardinality(a)]);
END
$$;
