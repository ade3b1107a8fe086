-- needs: rounded_to_real, to_halfvec
-- object: function pgvector_compat.halfvec_average(double precision[])
-- pgvector: halfvec_avg(double precision[]), of avg. Of no vectors: NULL.
CREATE OR REPLACE FUNCTION pgvector_compat.halfvec_average(state double precision[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF state[1] = 0 THEN
        RETURN NULL;
    END IF;
    RETURN pgvector_compat.to_halfvec(
        ARRAY(SELECT pgvector_compat.rounded_to_real(x / state[1]) FROM (SELECT pg_catalog.unnest(state[2:]) AS x) AS elements));
END
$$;
