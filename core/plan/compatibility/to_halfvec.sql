-- needs: checked_vector, halves
-- object: function pgvector_compat.to_halfvec(real[])
-- pgvector: vector_to_halfvec and array_to_halfvec, the casts to halfvec. Each element becomes the nearest half.
CREATE OR REPLACE FUNCTION pgvector_compat.to_halfvec(a real[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    result real[] := pgvector_compat.halves(a::double precision[]);
    beyond real;
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_position(a, NULL) IS NULL AND pg_catalog.cardinality(a) <= 16000 THEN
        IF real 'Infinity' > ALL (result) AND real '-Infinity' < ALL (result) THEN
            RETURN result;
        END IF;
        SELECT x INTO beyond FROM pg_catalog.unnest(a) AS x WHERE pg_catalog.abs(x) >= 65520 AND pg_catalog.abs(x) < 'Infinity' LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION '"%" is out of range for type halfvec', beyond USING ERRCODE = '22003';
        END IF;
    END IF;
    RETURN pgvector_compat.checked_vector(a, 'halfvec');
END
$$;
