-- needs: unexpected_dimensions
-- object: function pgvector_compat.with_dimensions(real[], integer)
-- pgvector: vector(vector, integer, boolean), the cast to vector(n). Not STRICT, so that it is inlined; NULL gives NULL all the same.
-- array_dims says all there is to know of an array that may have to be fetched and decompressed for it.
CREATE OR REPLACE FUNCTION pgvector_compat.with_dimensions(a real[], dimensions integer) RETURNS real[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN pg_catalog.array_dims(a) = '[1:' || dimensions::text || ']' THEN a
    ELSE pgvector_compat.unexpected_dimensions(a, dimensions)
END
$$;
