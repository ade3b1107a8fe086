-- Texts of functions with literals that nothing in the text says are vectors: a variable, a column, an argument or a result does.
-- A string of that look that is something else (JSON, text) stays as it is.
-- rewritten: function public.by_argument()
-- rewritten: function public.by_column(integer)
-- rewritten: function public.by_return()
-- rewritten: function public.by_variable()
-- rewritten: function public.near_to(real[])
-- rewritten: function public.vector_norm_of(real[])
-- same: SELECT round(by_variable()::numeric, 4)
-- same: SELECT round(vector_norm_of(by_return())::numeric, 4)
-- same: SELECT round(by_argument()::numeric, 4)
-- same: SELECT by_column(1001)
-- same: SELECT id, round(near_to(v)::numeric, 4), notes FROM items ORDER BY id
-- same: SELECT other_brackets()
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3), notes jsonb);
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector, '[1,2,3]' FROM generate_series(1, 20) i;
CREATE FUNCTION by_variable() RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE q vector(3) := '[1,2,3]';
BEGIN
  q := '[4,5,6]';
  RETURN q <-> '[0,0,0]';
END $$;
CREATE FUNCTION by_return() RETURNS vector LANGUAGE plpgsql AS $$ BEGIN RETURN '[1,2,3]'; END $$;
CREATE FUNCTION vector_norm_of(q vector) RETURNS double precision LANGUAGE sql AS 'SELECT q <-> ''[0,0,0]''';
CREATE FUNCTION by_argument() RETURNS double precision LANGUAGE sql AS 'SELECT vector_norm_of(''[1,2,2]'')';
CREATE FUNCTION by_column(new_id int) RETURNS int LANGUAGE sql AS $$
  INSERT INTO items VALUES (new_id, '[1,2,3]', '[4,5]');
  UPDATE items SET v = '[7,8,9]', notes = '[6,7]' WHERE id = new_id;
  SELECT 1;
$$;
CREATE FUNCTION near_to(q vector) RETURNS double precision LANGUAGE sql AS 'SELECT min(v <-> q) FROM items WHERE v <> ''[1,2,3]''';
CREATE FUNCTION other_brackets() RETURNS text LANGUAGE plpgsql AS $$
DECLARE a jsonb := '[1,2,3]'; b text := '[1,2,3]';
BEGIN
  a := '[4,5,6]';
  RETURN a || b::jsonb || '[7]'::jsonb;
END $$;
