-- needs: ones
-- object: function pgvector_compat.jaccard_distance(bit, bit)
-- pgvector: jaccard_distance(bit, bit), the operator <%>. 1 if no bit is set in both.
CREATE OR REPLACE FUNCTION pgvector_compat.jaccard_distance(a "bit", b "bit") RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    common bigint;
BEGIN
    IF pg_catalog.length(a) <> pg_catalog.length(b) THEN
        RAISE EXCEPTION 'different bit lengths % and %', pg_catalog.length(a), pg_catalog.length(b) USING ERRCODE = '22000';
    END IF;
    common := pgvector_compat.ones(a & b);
    RETURN CASE WHEN common = 0 THEN 1 ELSE 1 - common / pgvector_compat.ones(a | b)::double precision END;
END
$$;
