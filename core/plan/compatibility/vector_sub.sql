-- needs: refused_pair
-- object: function pgvector_compat.vector_sub(real[], real[])
-- pgvector: vector_sub(vector, vector), the operator -. Overflow is an error of real's own -, in the same words.
CREATE OR REPLACE FUNCTION pgvector_compat.vector_sub(a real[], b real[]) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    result real[];
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_ndims(b) = 1 AND pg_catalog.cardinality(a) = pg_catalog.cardinality(b) THEN
        result := ARRAY(SELECT pg_catalog.unnest(a) - pg_catalog.unnest(b));
        IF pg_catalog.array_position(result, NULL) IS NULL THEN
            RETURN result;
        END IF;
    END IF;
    PERFORM pgvector_compat.refused_pair(a, b, 'vector');
    RETURN NULL;
END
$$;
