-- What uses pgvector in ways that cannot be carried over: each is told with its reason, and the job is refused.
-- finding: blocking: cast (public.vector as text): it uses type public.vector
-- finding: blocking: function public.made_at_run_time(text, public.vector): it uses operator <-> in its body
-- finding: blocking: function public.threshold_at_run_time(public.vector): it uses operator <-> in its body
-- finding: blocking: aggregate public.farthest(public.vector): it uses function public.vector_add
-- finding: blocking: function public.counted(public.vector[]): it uses type public.vector[] as VARIADIC
-- finding: blocking: operator public.<+++>: it uses function public.l2_distance
-- finding: blocking: view public.through_operator: it needs operator public.<+++>, which is left out
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3), s sparsevec(10));
INSERT INTO items SELECT i, ARRAY[i, 1, 2]::real[]::vector, '{1:1}/10' FROM generate_series(1, 20) i;
CREATE FUNCTION made_at_run_time(t text, q vector) RETURNS SETOF int LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE 'SELECT id FROM ' || quote_ident(t) || ' ORDER BY v <-> $1 LIMIT 5' USING q;
END $$;
CREATE FUNCTION threshold_at_run_time(q vector) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint; condition text := 'v <-> $1 < 5';
BEGIN
  EXECUTE format('SELECT count(*) FROM items WHERE %s', condition) INTO n USING q;
  RETURN n;
END $$;
CREATE VIEW sparse_distances AS SELECT id, s <-> '{1:2}/10' AS d FROM items;
CREATE AGGREGATE farthest(vector) (SFUNC = vector_add, STYPE = vector);
CREATE OPERATOR <+++> (FUNCTION = l2_distance, LEFTARG = vector, RIGHTARG = vector);
CREATE CAST (vector AS text) WITH INOUT;
CREATE VIEW through_operator AS SELECT id, v <+++> '[1,2,3]'::vector AS d FROM items;
CREATE FUNCTION counted(VARIADIC qs vector[]) RETURNS int LANGUAGE sql AS 'SELECT array_length(qs, 1)';
