-- needs: refused_pair, halves
-- object: function pgvector_compat.halfvec_add(real[], real[])
-- pgvector: halfvec_add(halfvec, halfvec), the operator +. Rounded to what a half holds; beyond that is an error.
CREATE OR REPLACE FUNCTION pgvector_compat.halfvec_add(a real[], b real[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    result real[];
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_ndims(b) = 1 AND pg_catalog.cardinality(a) = pg_catalog.cardinality(b) THEN
        result := pgvector_compat.halves(ARRAY(
            SELECT x + y
            FROM (SELECT pg_catalog.unnest(a)::double precision AS x, pg_catalog.unnest(b)::double precision AS y) AS elements));
        IF real 'Infinity' = ANY (result) OR real '-Infinity' = ANY (result) THEN
            RAISE EXCEPTION 'value out of range: overflow' USING ERRCODE = '22003';
        END IF;
        IF pg_catalog.array_position(result, NULL) IS NULL THEN
            RETURN result;
        END IF;
    END IF;
    PERFORM pgvector_compat.refused_pair(a, b, 'halfvec');
    RETURN NULL;
END
$$;
