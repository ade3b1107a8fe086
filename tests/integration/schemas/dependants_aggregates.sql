-- Aggregates over vectors, and aggregates and window functions over distances.
-- rewritten: function public.added(real[],real[])
-- rewritten: function public.total(real[])
-- rewritten: view public.centroids
-- rewritten: view public.filtered
-- rewritten: view public.from_centroid
-- rewritten: view public.lists
-- rewritten: view public.of_nothing
-- rewritten: view public.totals
-- rewritten: view public.windows
-- same: SELECT category, n, round(d::numeric, 3), round(s::numeric, 3) FROM centroids ORDER BY category
-- same: SELECT id, round(d::numeric, 3) FROM from_centroid ORDER BY id
-- same: SELECT round(sum::numeric, 2), round(avg::numeric, 3), round(max::numeric, 3), n FROM totals
-- same: SELECT id, place, round(before::numeric, 3) FROM windows ORDER BY id
-- same: SELECT category, ids FROM lists ORDER BY category
-- same: SELECT round(d::numeric, 3) FROM filtered
-- same: SELECT d IS NULL FROM of_nothing
-- same: SELECT n FROM distinct_ones
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, category text, v vector(3));
INSERT INTO items SELECT i, 'c' || i % 4, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
INSERT INTO items VALUES (61, 'c1', NULL);
CREATE VIEW centroids AS SELECT category, count(v) AS n, avg(v) AS centroid, avg(v) <-> '[1,1,1]' AS d, sum(v) <-> '[1,1,1]' AS s FROM items GROUP BY category;
CREATE VIEW from_centroid AS SELECT i.id, i.v <-> c.centroid AS d FROM items i JOIN centroids c USING (category);
CREATE VIEW totals AS SELECT sum(v <-> '[1,1,1]'), avg(v <-> '[1,1,1]'), max(v <=> '[1,1,1]'), count(*) FILTER (WHERE v <-> '[1,1,1]' < 5) AS n FROM items;
CREATE VIEW windows AS SELECT id, row_number() OVER near AS place, lag(v <-> '[3,1,2]') OVER near AS before FROM items WINDOW near AS (PARTITION BY category ORDER BY v <-> '[3,1,2]', id);
CREATE VIEW lists AS SELECT category, array_agg(id ORDER BY v <-> '[3,1,2]', id) AS ids FROM items GROUP BY category;
CREATE VIEW filtered AS SELECT avg(v) FILTER (WHERE category = 'c2') <-> '[0,0,0]'::vector AS d FROM items;
CREATE VIEW of_nothing AS SELECT avg(v) <-> '[0,0,0]'::vector AS d FROM items WHERE id < 0;
CREATE VIEW distinct_ones AS SELECT count(DISTINCT v) AS n FROM items;
-- What an aggregate of one's own starts with is a vector's text.
CREATE FUNCTION added(s vector, x vector) RETURNS vector LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN s + x; END';
CREATE AGGREGATE total(vector) (SFUNC = added, STYPE = vector, INITCOND = '[0,0,0]');
