-- needs: checked_vector
-- object: function pgvector_compat.subvector(real[], integer, integer)
-- pgvector: subvector(vector, integer, integer). Elements from number `start` on, `count` of them or as many as there are.
CREATE OR REPLACE FUNCTION pgvector_compat.subvector(a real[], start integer, count integer) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    dimensions integer := pg_catalog.cardinality(a);
    before_first integer := pg_catalog.array_lower(a, 1) - 1;
    behind_last integer;
BEGIN
    IF pg_catalog.array_ndims(a) = 1 THEN
        IF count >= 1 AND start <= dimensions THEN
            -- Not start + count > dimensions: that could overflow.
            behind_last := CASE WHEN start > dimensions - count THEN dimensions + 1 ELSE start + count END;
            IF behind_last > GREATEST(start, 1) THEN
                RETURN a[before_first + GREATEST(start, 1) : before_first + behind_last - 1];
            END IF;
        END IF;
        RAISE EXCEPTION 'vector must have at least 1 dimension' USING ERRCODE = '22000';
    END IF;
    PERFORM pgvector_compat.checked_vector(a, 'vector');
    RETURN NULL;
END
$$;
