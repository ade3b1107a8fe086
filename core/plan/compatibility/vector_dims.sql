-- needs:
-- object: function pgvector_compat.vector_dims(real[])
-- pgvector: vector_dims(vector).
CREATE OR REPLACE FUNCTION pgvector_compat.vector_dims(a real[]) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT pg_catalog.array_length(a, 1)
$$;
