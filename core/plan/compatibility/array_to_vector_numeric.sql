-- needs: checked_vector
-- object: function pgvector_compat.array_to_vector(numeric[])
-- pgvector: array_to_vector(numeric[], integer, boolean), the cast numeric[]::vector.
CREATE OR REPLACE FUNCTION pgvector_compat.array_to_vector(a numeric[]) RETURNS real[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT pgvector_compat.checked_vector(a::real[], 'vector')
$$;
