-- needs: checked_vector
-- object: function pgvector_compat.array_to_vector(integer[])
-- pgvector: array_to_vector(integer[], integer, boolean), the cast integer[]::vector.
CREATE OR REPLACE FUNCTION pgvector_compat.array_to_vector(a integer[]) RETURNS real[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT pgvector_compat.checked_vector(a::real[], 'vector')
$$;
