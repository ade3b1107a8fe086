-- needs: rounded_to_real, checked_vector
-- object: function pgvector_compat.vector_average(double precision[])
-- pgvector: vector_avg(double precision[]), of avg. Of no vectors: NULL.
CREATE OR REPLACE FUNCTION pgvector_compat.vector_average(state double precision[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF state[1] = 0 THEN
        RETURN NULL;
    END IF;
    RETURN pgvector_compat.checked_vector(
        ARRAY(SELECT pgvector_compat.rounded_to_real(x / state[1]) FROM (SELECT pg_catalog.unnest(state[2:]) AS x) AS elements), 'vector');
END
$$;
