-- needs:
-- object: function pgvector_compat.halves(double precision[])
-- Not of pgvector's interface: each element rounded to the nearest value that a half holds, ties to even; beyond them Infinity.
-- Adding and subtracting 1.5 * 2^52 units rounds to whole units. A half has 11 bits: its unit is 2^-10 of the power of two below it, and
-- 2^-24 at the least. width_bucket finds that power among 2^-14 ... 2^15.
CREATE OR REPLACE FUNCTION pgvector_compat.halves(a double precision[]) RETURNS real[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT ARRAY(
    SELECT CASE
        WHEN x = 0 OR x = 'NaN' THEN x
        WHEN x >= 65520 THEN 'Infinity'
        WHEN x <= -65520 THEN '-Infinity'
        WHEN x > 0 THEN (x + shift) - shift
        ELSE -((shift - x) - shift)  -- so that it can be -0
    END::real
    FROM (
        SELECT x, 6755399441055744 * pg_catalog.power(double precision '2', GREATEST(1, pg_catalog.width_bucket(pg_catalog.abs(x), ARRAY[
            6.103515625e-05, 0.0001220703125, 0.000244140625, 0.00048828125, 0.0009765625, 0.001953125, 0.00390625, 0.0078125, 0.015625,
            0.03125, 0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768
        ]::double precision[])) - 25) AS shift
        FROM (SELECT pg_catalog.unnest(a) AS x) AS elements
        OFFSET 0  -- each shift is computed once
    ) AS shifted)
$$;
