-- needs: rounded_to_real, refused_pair
-- object: function pgvector_compat.cosine_distance(real[], real[])
-- pgvector: cosine_distance(vector, vector), the operator <=>. NaN of a vector of zeros, and what it makes of sums that no float holds.
CREATE OR REPLACE FUNCTION pgvector_compat.cosine_distance(a real[], b real[]) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    similarity double precision; norm_a double precision; norm_b double precision;
    counted bigint;
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_ndims(b) = 1 AND pg_catalog.cardinality(a) = pg_catalog.cardinality(b) THEN
        SELECT pg_catalog.sum(x * y), pg_catalog.sum(x * x), pg_catalog.sum(y * y), pg_catalog.count(x - y)
            INTO similarity, norm_a, norm_b, counted
            FROM (SELECT pg_catalog.unnest(a)::double precision AS x, pg_catalog.unnest(b)::double precision AS y) AS elements;
        IF counted = pg_catalog.cardinality(a) THEN
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
    END IF;
    PERFORM pgvector_compat.refused_pair(a, b, 'vector');
    RETURN NULL;
END
$$;
