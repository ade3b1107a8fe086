-- needs: checked_vector
-- object: function pgvector_compat.refused_pair(real[], real[], text)
-- Not of pgvector's interface: the error for two arrays that do not go together. Called only when they do not.
CREATE OR REPLACE FUNCTION pgvector_compat.refused_pair(a real[], b real[], type_name text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    PERFORM pgvector_compat.checked_vector(a, type_name);
    PERFORM pgvector_compat.checked_vector(b, type_name);
    RAISE EXCEPTION 'different % dimensions % and %', type_name, pg_catalog.cardinality(a), pg_catalog.cardinality(b)
        USING ERRCODE = '22000';
END
$$;
