-- Views that show distances, filter by them and order by them: shown and compared distances are pgvector's, not squared.
-- rewritten: view public.between_two_rings
-- rewritten: view public.by_category
-- rewritten: view public.by_name
-- rewritten: view public.classes
-- rewritten: view public.distances
-- rewritten: view public.near
-- rewritten: view public.neighbours
-- rewritten: view public.over_views
-- rewritten: view public.ranked
-- rewritten: view public.unlike
-- rewritten: view public.with_nulls
-- same: SELECT id, round(l2::numeric, 4), round(cosine::numeric, 4), round(negated::numeric, 4), round(l1::numeric, 4) FROM distances ORDER BY id
-- same: SELECT pg_typeof(l2), pg_typeof(cosine), pg_typeof(negated), pg_typeof(l1) FROM distances LIMIT 1
-- same: SELECT id FROM nearest
-- same: SELECT id, round(d::numeric, 4) FROM near ORDER BY id
-- same: SELECT id FROM between_two_rings ORDER BY id
-- same: SELECT id, neighbour, round(d::numeric, 4) FROM neighbours ORDER BY id, d, neighbour
-- same: SELECT id, place FROM ranked ORDER BY id
-- same: SELECT category, n, round(nearest::numeric, 4) FROM by_category ORDER BY category
-- same: SELECT id, class FROM classes ORDER BY id
-- same: SELECT id FROM unlike ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM over_views ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM by_name ORDER BY id
-- same: SELECT count(*) FROM with_nulls WHERE d IS NULL
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, category text, v vector(3));
INSERT INTO items SELECT i, 'c' || i % 4, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
INSERT INTO items VALUES (61, 'none', NULL);
CREATE VIEW distances AS SELECT id, v <-> '[3,1,2]' AS l2, v <=> '[3,1,2]' AS cosine, v <#> '[3,1,2]' AS negated, v <+> '[3,1,2]' AS l1 FROM items;
CREATE VIEW nearest AS SELECT id, v FROM items ORDER BY v <-> '[3,1,2]', id LIMIT 10;
CREATE VIEW near AS SELECT id, v <-> '[3,1,2]'::vector(3) AS d FROM items WHERE v <-> '[3,1,2]' < 4.5;
CREATE VIEW between_two_rings AS SELECT id FROM items WHERE (v <-> '[3,1,2]') BETWEEN 3 AND 5 AND NOT v <=> '[1,1,1]' > 0.9;
CREATE VIEW neighbours AS SELECT a.id, b.id AS neighbour, b.d FROM items a CROSS JOIN LATERAL (SELECT c.id, c.v <-> a.v AS d FROM items c WHERE c.id <> a.id ORDER BY c.v <-> a.v, c.id LIMIT 3) b WHERE a.id < 12;
CREATE VIEW ranked AS WITH measured AS (SELECT id, category, v <-> (SELECT v FROM items WHERE id = 7) AS d FROM items WHERE v IS NOT NULL) SELECT id, rank() OVER (PARTITION BY category ORDER BY d, id) AS place FROM measured;
CREATE VIEW by_category AS SELECT category, count(*) AS n, min(v <-> '[3,1,2]') AS nearest FROM items GROUP BY category HAVING min(v <-> '[3,1,2]') < 100;
CREATE VIEW classes AS SELECT id, CASE WHEN v <-> '[3,1,2]' < 3 THEN 'near' WHEN v <-> '[3,1,2]' < 6 THEN 'far' ELSE 'out of sight' END AS class FROM items;
CREATE VIEW unlike AS SELECT a.id FROM items a WHERE EXISTS (SELECT FROM items b WHERE b.id = 1 AND a.v <-> b.v > 5) AND a.v <> '[1,2,3]';
CREATE VIEW over_views AS SELECT n.id, d.d FROM nearest n JOIN near d USING (id) UNION ALL SELECT id + 1000, v <-> '[0,0,0]' FROM nearest;
CREATE VIEW by_name AS SELECT id, l2_distance(v, '[3,1,2]') + cosine_distance(v, '[1,1,1]') + inner_product(v, '[1,0,2]') + l1_distance(v, '[1,1,1]') + vector_norm(v) + vector_dims(v) AS d FROM items;
CREATE VIEW with_nulls AS SELECT id, v <-> NULL AS d FROM items UNION ALL SELECT id, v <-> '[1,1,1]' FROM items WHERE v IS NULL;
