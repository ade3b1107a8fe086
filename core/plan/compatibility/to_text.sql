-- needs: checked_vector
-- object: function pgvector_compat.to_text(real[])
-- pgvector: vector_out, the cast to text: [1,2,3]. The setting, as pgvector does not look at it.
CREATE OR REPLACE FUNCTION pgvector_compat.to_text(a real[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET extra_float_digits = 1 AS $$
BEGIN
    RETURN '[' || pg_catalog.array_to_string(pgvector_compat.checked_vector(a, 'vector'), ',') || ']';
END
$$;
