-- needs: checked_vector, real_in_range
-- object: function pgvector_compat.to_vector(text)
-- pgvector: vector_in, the cast of text to vector: [1,2,3]. Hexadecimal numbers, which strtof takes too, are refused.
CREATE OR REPLACE FUNCTION pgvector_compat.to_vector(literal text) RETURNS real[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    blanks text := E'[ \t\n\r\v\f]*';
    number_form text := blanks || '[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[-+]?[0-9]+)?' || blanks;
    word_form text := blanks || '[-+]?(nan|inf|infinity)' || blanks;
    bare text := pg_catalog.btrim(literal, E' \t\n\r\v\f');
    bracket integer := pg_catalog.strpos(bare, ']');
    elements text := pg_catalog.substr(bare, 2, GREATEST(bracket - 2, 0));
BEGIN
    IF bare NOT LIKE '[%' THEN
        RAISE EXCEPTION 'invalid input syntax for type vector: "%"', literal
            USING ERRCODE = '22P02', DETAIL = 'Vector contents must start with "[".';
    ELSIF bracket > 0 AND elements ~ ('^' || blanks || '$') THEN
        RAISE EXCEPTION 'vector must have at least 1 dimension' USING ERRCODE = '22000';
    ELSIF pg_catalog.strpos(pg_catalog.lower(elements), 'n') > 0
            AND elements ~* ('^(' || number_form || ',)*' || word_form || '(,|$)') THEN
        RAISE EXCEPTION '% not allowed in vector', CASE WHEN elements ~* '^[^n]*nan' THEN 'NaN' ELSE 'infinite value' END
            USING ERRCODE = '22000';
    ELSIF elements !~* ('^' || number_form || '(,' || number_form || ')*$') THEN
        RAISE EXCEPTION 'invalid input syntax for type vector: "%"', literal USING ERRCODE = '22P02';
    ELSIF bracket < pg_catalog.length(bare) THEN
        RAISE EXCEPTION 'invalid input syntax for type vector: "%"', literal
            USING ERRCODE = '22P02', DETAIL = 'Junk after closing right brace.';
    ELSIF elements !~* 'e[-+]?0*([1-9][0-9]|[89])|[0-9.]{30}' THEN  -- none too large or too small for real
        RETURN pgvector_compat.checked_vector(pg_catalog.string_to_array(elements, ',')::real[], 'vector');
    END IF;
    RETURN pgvector_compat.checked_vector(
        ARRAY(SELECT pgvector_compat.real_in_range(e) FROM pg_catalog.unnest(pg_catalog.string_to_array(elements, ',')) AS e), 'vector');
END
$$;
