-- needs: checked_vector
-- object: function pgvector_compat.vector_accum(double precision[], real[])
-- pgvector: vector_accum(double precision[], vector), of avg. The state is the number of vectors and then their sum.
CREATE OR REPLACE FUNCTION pgvector_compat.vector_accum(state double precision[], a real[]) RETURNS double precision[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_position(a, NULL) IS NULL THEN
        IF pg_catalog.cardinality(state) = 1 THEN
            RETURN pg_catalog.array_prepend(double precision '1', a::double precision[]);
        ELSIF pg_catalog.cardinality(state) = pg_catalog.cardinality(a) + 1 THEN
            RETURN ARRAY(SELECT pg_catalog.unnest(state) + pg_catalog.unnest(pg_catalog.array_prepend(real '1', a)));
        END IF;
        RAISE EXCEPTION 'expected % dimensions, not %', pg_catalog.cardinality(state) - 1, pg_catalog.cardinality(a)
            USING ERRCODE = '22000';
    END IF;
    PERFORM pgvector_compat.checked_vector(a, 'vector');
    RETURN NULL;
END
$$;
