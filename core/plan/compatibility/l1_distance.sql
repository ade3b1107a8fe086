-- needs: rounded_to_real, refused_pair
-- object: function pgvector_compat.l1_distance(real[], real[])
-- pgvector: l1_distance(vector, vector), the operator <+>.
CREATE OR REPLACE FUNCTION pgvector_compat.l1_distance(a real[], b real[]) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    total double precision;
    counted bigint;
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.array_ndims(b) = 1 AND pg_catalog.cardinality(a) = pg_catalog.cardinality(b) THEN
        SELECT pg_catalog.sum(pg_catalog.abs(x - y)), pg_catalog.count(x - y)
            INTO total, counted
            FROM (SELECT pg_catalog.unnest(a)::double precision AS x, pg_catalog.unnest(b)::double precision AS y) AS elements;
        IF counted = pg_catalog.cardinality(a) THEN
            RETURN pgvector_compat.rounded_to_real(total);
        END IF;
    END IF;
    PERFORM pgvector_compat.refused_pair(a, b, 'vector');
    RETURN NULL;
END
$$;
