-- needs:
-- object: function pgvector_compat.vector_combine(double precision[], double precision[])
-- pgvector: vector_combine(double precision[], double precision[]), of avg: the states of two workers.
CREATE OR REPLACE FUNCTION pgvector_compat.vector_combine(a double precision[], b double precision[]) RETURNS double precision[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.cardinality(a) = 1 THEN
        RETURN b;
    ELSIF pg_catalog.cardinality(b) = 1 THEN
        RETURN a;
    ELSIF pg_catalog.cardinality(a) = pg_catalog.cardinality(b) THEN
        RETURN ARRAY(SELECT pg_catalog.unnest(a) + pg_catalog.unnest(b));
    END IF;
    RAISE EXCEPTION 'expected % dimensions, not %', pg_catalog.cardinality(a) - 1, pg_catalog.cardinality(b) - 1 USING ERRCODE = '22000';
END
$$;
