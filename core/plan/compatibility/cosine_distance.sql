-- needs: rounded_to_real, refused_pair
-- object: function pgvector_compat.cosine_distance(real[], real[])
-- pgvector: cosine_distance(vector, vector), the operator <=>. NaN of a vector of zeros, and what it makes of sums that no float holds.
CREATE OR REPLACE FUNCTION pgvector_compat.cosine_distance(a real[], b real[]) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    similarity double precision;
    norm_a double precision;
    norm_b double precision;
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_ndims(b) = 1 AND pg_catalog.cardinality(a) = pg_catalog.cardinality(b)
            AND pg_catalog.array_position(a, NULL) IS NULL AND pg_catalog.array_position(b, NULL) IS NULL THEN
        SELECT pg_catalog.sum(x::double precision * y), pg_catalog.sum(x::double precision * x), pg_catalog.sum(y::double precision * y)
            INTO similarity, norm_a, norm_b
            FROM (SELECT pg_catalog.unnest(a) AS x, pg_catalog.unnest(b) AS y) AS elements;
        similarity := pgvector_compat.rounded_to_real(similarity);
        norm_a := pgvector_compat.rounded_to_real(norm_a);
        norm_b := pgvector_compat.rounded_to_real(norm_b);
        -- C divides by zero and by Infinity.
        similarity := CASE norm_a * norm_b
            WHEN 0 THEN CASE WHEN similarity = 0 THEN double precision 'NaN' ELSE pg_catalog.sign(similarity) END
            WHEN 'Infinity' THEN CASE WHEN pg_catalog.abs(similarity) < 'Infinity' THEN 0 ELSE double precision 'NaN' END
            ELSE similarity / pg_catalog.sqrt(norm_a * norm_b)
        END;
        RETURN CASE WHEN similarity = 'NaN' THEN similarity ELSE 1 - LEAST(GREATEST(similarity, -1), 1) END;
    END IF;
    PERFORM pgvector_compat.refused_pair(a, b, 'vector');
    RETURN NULL;
END
$$;
