-- needs:
-- object: function pgvector_compat.rounded_to_real(double precision)
-- Not of pgvector's interface: what C makes of a double as a float, where PostgreSQL's cast raises an error.
-- Not STRICT, so that it is inlined; NULL gives NULL all the same. The bounds are halfway to what no float holds.
CREATE OR REPLACE FUNCTION pgvector_compat.rounded_to_real(x double precision) RETURNS real
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN x >= double precision '3.4028235677973366e+38' AND x <> double precision 'NaN' THEN real 'Infinity'
    WHEN x <= double precision '-3.4028235677973366e+38' THEN real '-Infinity'
    WHEN x BETWEEN double precision '-7.006492321624085e-46' AND double precision '7.006492321624085e-46' THEN (x * 0)::real
    ELSE x::real
END
$$;
