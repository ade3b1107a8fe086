-- needs: l2_squared_distance
-- object: function pgvector_compat.l2_distance(real[], real[])
-- pgvector: l2_distance(vector, vector), the operator <->.
CREATE OR REPLACE FUNCTION pgvector_compat.l2_distance(a real[], b real[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT pg_catalog.sqrt(pgvector_compat.l2_squared_distance(a, b))
$$;
