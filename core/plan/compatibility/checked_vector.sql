-- needs:
-- object: function pgvector_compat.checked_vector(real[], text)
-- Not of pgvector's interface: the checks that its vectors have passed; an array need not have. `type_name`: vector or halfvec.
-- An array whose bounds begin elsewhere than at 1 comes back with bounds that begin at 1, as from vector.
CREATE OR REPLACE FUNCTION pgvector_compat.checked_vector(a real[], type_name text) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- Of a NULL element these are not true either.
    IF real 'Infinity' > ALL (a) AND real '-Infinity' < ALL (a)
            AND pg_catalog.array_ndims(a) = 1 AND pg_catalog.cardinality(a) <= 16000 THEN
        RETURN CASE WHEN pg_catalog.array_lower(a, 1) = 1 THEN a ELSE a[:] END;
    END IF;
    IF pg_catalog.array_ndims(a) > 1 THEN
        RAISE EXCEPTION 'array must be 1-D' USING ERRCODE = '22000';
    ELSIF pg_catalog.array_position(a, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'array must not contain nulls' USING ERRCODE = '22004';
    ELSIF pg_catalog.cardinality(a) < 1 THEN
        RAISE EXCEPTION '% must have at least 1 dimension', type_name USING ERRCODE = '22000';
    ELSIF pg_catalog.cardinality(a) > 16000 THEN
        RAISE EXCEPTION '% cannot have more than 16000 dimensions', type_name USING ERRCODE = '54000';
    ELSIF real 'NaN' = (SELECT x FROM pg_catalog.unnest(a) AS x WHERE x IN ('NaN', 'Infinity', '-Infinity') LIMIT 1) THEN
        RAISE EXCEPTION 'NaN not allowed in %', type_name USING ERRCODE = '22000';
    END IF;
    RAISE EXCEPTION 'infinite value not allowed in %', type_name USING ERRCODE = '22000';
END
$$;
