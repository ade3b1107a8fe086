-- Functions in SQL whose body is a text: parameters and results of type vector become arrays, distances stay what they were.
-- rewritten: function public.dims(real[])
-- rewritten: function public.distance_of(real[],real[])
-- rewritten: function public.distance_of_doubled(real[])
-- rewritten: function public.doubled(real[])
-- rewritten: function public.length_of_doubled(real[])
-- rewritten: function public.of_row(public.items)
-- rewritten: function public.outs(real[])
-- rewritten: function public.search(real[],integer)
-- rewritten: function public.similarity(real[],real[])
-- rewritten: function public.store(integer,real[])
-- rewritten: function public.stored_distance(integer)
-- rewritten: function public.to_origin(real[])
-- rewritten: function public.within(real[],double precision)
-- same: SELECT id, round(d::numeric, 4) FROM search((SELECT v FROM items WHERE id = 7), 10)
-- same: SELECT id, round(d::numeric, 4) FROM search((SELECT v FROM items WHERE id = 7))
-- same: SELECT a.id, round(distance_of(a.v, b.v)::numeric, 4) FROM items a, items b WHERE b.id = 3 ORDER BY a.id
-- same: SELECT id, round(similarity(v, (SELECT v FROM items WHERE id = 2))::numeric, 4) FROM items ORDER BY id
-- same: SELECT within((SELECT v FROM items WHERE id = 5), 3.5)
-- same: SELECT round(length_of_doubled(v)::numeric, 4) FROM items ORDER BY id
-- same: SELECT round(distance_of_doubled(v)::numeric, 4) FROM items ORDER BY id
-- same: SELECT round(to_origin()::numeric, 4)
-- same: SELECT round(of_row(items)::numeric, 4) FROM items ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM outs((SELECT v FROM items WHERE id = 9))
-- same: SELECT dims(v), dims(NULL) FROM items WHERE id = 1
-- same: SELECT store(2001, (SELECT v FROM items WHERE id = 1))
-- same: SELECT round(stored_distance(2001)::numeric, 4)
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3));
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
CREATE TABLE stored (id int PRIMARY KEY, v vector(3), near boolean);
CREATE FUNCTION search(query vector(3), n int DEFAULT 5) RETURNS TABLE (id int, d double precision) LANGUAGE sql STABLE AS $$
  SELECT items.id, items.v <-> query  -- the distance
  FROM items
  ORDER BY items.v <-> query, items.id
  LIMIT n
$$;
CREATE FUNCTION distance_of(vector, vector) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT $1 <-> $2';
CREATE FUNCTION similarity(a vector, b vector) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT 1 - (a <=> b)';
CREATE FUNCTION within(q vector, radius double precision) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM items WHERE v <-> q <= radius';
CREATE FUNCTION doubled(v vector) RETURNS vector LANGUAGE sql IMMUTABLE AS 'SELECT v + v';
CREATE FUNCTION length_of_doubled(v vector) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT vector_norm(doubled(v))';
CREATE FUNCTION distance_of_doubled(v vector) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT doubled(v) <-> ''[1,2,3]''';
CREATE FUNCTION to_origin(q vector DEFAULT '[3,4,0]') RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT q <-> ''[0,0,0]''::vector';
CREATE FUNCTION of_row(items) RETURNS double precision LANGUAGE sql STABLE AS 'SELECT ($1).v <-> ''[1,2,3]''';
CREATE FUNCTION outs(IN q vector, OUT id int, OUT d double precision) RETURNS SETOF record LANGUAGE sql STABLE AS 'SELECT id, v <-> q FROM items WHERE v <-> q < 3 ORDER BY id';
CREATE FUNCTION dims(v vector) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT vector_dims(v)';
CREATE FUNCTION store(id int, q vector) RETURNS int LANGUAGE sql AS $$
  INSERT INTO stored VALUES (id, q, q <-> '[0,0,0]' < 2);
  UPDATE stored SET v = '[7,8,9]'::vector WHERE v <-> q > 1000;
  SELECT 1;
$$;
CREATE FUNCTION stored_distance(int) RETURNS double precision LANGUAGE sql STABLE AS 'SELECT v <-> ''[1,1,1]'' FROM stored WHERE id = $1';
COMMENT ON FUNCTION search(vector, int) IS 'nearest first';
CREATE VIEW searched AS SELECT id, d FROM search('[1,2,3]', 3);
