-- pgvector in a schema of its own, and dependants that name it there: qualified, by search_path, and in the texts of functions.
-- rewritten: column app.items.norm
-- rewritten: constraint app.items.items_v_check
-- rewritten: view app.distances
-- rewritten: function app.class(real[])
-- rewritten: function app.qualified(real[])
-- rewritten: function app.search(real[],integer)
-- same: SELECT id, round(d::numeric, 4) FROM app.distances ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM app.search((SELECT v FROM app.items WHERE id = 7), 10)
-- same: SELECT id, round(app.qualified(v)::numeric, 4) FROM app.items ORDER BY id
-- same: SELECT id, app.class(v) FROM app.items ORDER BY id
-- same: SELECT id, round(norm::numeric, 4) FROM app.items ORDER BY id
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
CREATE SCHEMA app;
SET search_path = app, extensions;
CREATE TABLE items (id int PRIMARY KEY, v vector(3), norm double precision GENERATED ALWAYS AS (vector_norm(v)) STORED, CHECK (v <-> '[0,0,0]' < 1000));
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
CREATE VIEW distances AS SELECT id, v <-> '[3,1,2]' AS d FROM items WHERE v <-> '[3,1,2]' < 6;
CREATE FUNCTION search(query vector(3), n int DEFAULT 5) RETURNS TABLE (id int, d double precision) LANGUAGE sql STABLE SET search_path = app, extensions AS $$
  SELECT items.id, items.v <-> query FROM items ORDER BY items.v <-> query, items.id LIMIT n
$$;
CREATE FUNCTION qualified(q extensions.vector) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
  SELECT (q OPERATOR(extensions.<->) '[3,1,2]'::extensions.vector) + extensions.vector_norm(q)
$$;
CREATE FUNCTION class(q extensions.vector) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
DECLARE
  middle extensions.vector(3) := '[3,1,2]'::extensions.vector;
  other extensions.vector;
  n int;
BEGIN
  SELECT i.v, i.id INTO other, n FROM app.items i WHERE i.id = 3;
  IF q OPERATOR(extensions.<->) middle < 4 THEN RETURN 'near'; END IF;
  RETURN CASE WHEN extensions.l2_distance(q, other) < 4 THEN 'near to ' || n ELSE 'far' END;
END $$;
RESET search_path;
