-- needs:
-- object: function pgvector_compat.real_in_range(text)
-- Not of pgvector's interface: a number as vector_in reads it. The cast to real refuses what is so small that it becomes 0.
CREATE OR REPLACE FUNCTION pgvector_compat.real_in_range(literal text) RETURNS real
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bare text := pg_catalog.btrim(literal, E' \t\n\r\v\f');
    magnitude numeric := pg_catalog.abs(bare::numeric);
BEGIN
    IF magnitude <= 7.0064923216240853546e-46 THEN
        RETURN CASE WHEN bare LIKE '-%' THEN '-0' ELSE '0' END;
    ELSIF magnitude >= 340282356779733661637539395458142568448 THEN
        RAISE EXCEPTION '"%" is out of range for type vector', bare USING ERRCODE = '22003';
    END IF;
    RETURN bare::real;
END
$$;
