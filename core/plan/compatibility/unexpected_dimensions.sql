-- needs: checked_vector
-- object: function pgvector_compat.unexpected_dimensions(real[], integer)
-- Not of pgvector's interface: with_dimensions, where it cannot say by one look that the array is right.
CREATE OR REPLACE FUNCTION pgvector_compat.unexpected_dimensions(a real[], dimensions integer) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.array_ndims(a) = 1 AND pg_catalog.cardinality(a) = dimensions THEN
        RETURN a[:];
    END IF;
    PERFORM pgvector_compat.checked_vector(a, 'vector');
    RAISE EXCEPTION 'expected % dimensions, not %', dimensions, pg_catalog.cardinality(a) USING ERRCODE = '22000';
END
$$;
