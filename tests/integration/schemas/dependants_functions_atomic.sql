-- Functions in SQL whose body is a tree (BEGIN ATOMIC, RETURN).
-- rewritten: function public.distance_of(real[],real[])
-- rewritten: function public.near(real[])
-- rewritten: function public.search(real[],integer)
-- rewritten: function public.store(integer,real[])
-- same: SELECT id, round(d::numeric, 4) FROM search((SELECT v FROM items WHERE id = 7), 10)
-- same: SELECT a.id, round(distance_of(a.v, b.v)::numeric, 4) FROM items a, items b WHERE b.id = 3 ORDER BY a.id
-- same: SELECT id, near(v) FROM items ORDER BY id
-- same: SELECT store(2001, (SELECT v FROM items WHERE id = 1))
-- same: SELECT id, near FROM stored
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3));
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
CREATE TABLE stored (id int PRIMARY KEY, v vector(3), near boolean);
CREATE FUNCTION search(query vector(3), n int DEFAULT 5) RETURNS TABLE (id int, d double precision) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT items.id, items.v <-> query FROM items ORDER BY items.v <-> query, items.id LIMIT n;
END;
CREATE FUNCTION distance_of(a vector, b vector) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN a <-> b;
CREATE FUNCTION near(v vector) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN distance_of(v, '[3,1,2]'::vector) < 4.5 OR v <=> '[1,1,1]' < 0.1;
CREATE FUNCTION store(id int, q vector) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO stored VALUES (id, q, q <-> '[0,0,0]' < 2);
  UPDATE stored SET v = '[7,8,9]' WHERE v <-> q > 1000;
  SELECT 1;
END;
