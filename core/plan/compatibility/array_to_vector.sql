-- needs: checked_vector, array_to_vector_integer, array_to_vector_double, array_to_vector_numeric
-- object: function pgvector_compat.array_to_vector(real[])
-- pgvector: array_to_vector(real[], integer, boolean), the cast real[]::vector. Its other arrays are functions of the same name.
CREATE OR REPLACE FUNCTION pgvector_compat.array_to_vector(a real[]) RETURNS real[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT pgvector_compat.checked_vector(a, 'vector')
$$;
