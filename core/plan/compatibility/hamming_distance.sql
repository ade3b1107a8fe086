-- needs: ones
-- object: function pgvector_compat.hamming_distance(bit, bit)
-- pgvector: hamming_distance(bit, bit), the operator <~>.
CREATE OR REPLACE FUNCTION pgvector_compat.hamming_distance(a "bit", b "bit") RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.length(a) <> pg_catalog.length(b) THEN
        RAISE EXCEPTION 'different bit lengths % and %', pg_catalog.length(a), pg_catalog.length(b) USING ERRCODE = '22000';
    END IF;
    RETURN pgvector_compat.ones(a # b);
END
$$;
