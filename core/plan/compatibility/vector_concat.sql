-- needs: checked_vector
-- object: function pgvector_compat.vector_concat(real[], real[])
-- pgvector: vector_concat(vector, vector), the operator ||.
CREATE OR REPLACE FUNCTION pgvector_compat.vector_concat(a real[], b real[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN pgvector_compat.checked_vector(
        pgvector_compat.checked_vector(a, 'vector') || pgvector_compat.checked_vector(b, 'vector'), 'vector');
END
$$;
