-- Arithmetic on vectors in views: sums, differences, products, concatenation, parts, comparisons.
-- rewritten: view public.added
-- rewritten: view public.casts
-- rewritten: view public.joined
-- rewritten: view public.multiplied
-- rewritten: view public.parts
-- rewritten: view public.quantized
-- rewritten: view public.subtracted
-- rewritten: view public.units
-- same: SELECT id, round(d::numeric, 4) FROM added ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM subtracted ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM multiplied ORDER BY id
-- same: SELECT id, dims, round(d::numeric, 4) FROM joined ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM parts ORDER BY id
-- same: SELECT id, round(d::numeric, 4) FROM units ORDER BY id
-- same: SELECT id, less, equal, at_least FROM compared ORDER BY id
-- same: SELECT id, signs FROM quantized ORDER BY id
-- same: SELECT id FROM ordered
-- same: SELECT id, r, round(s::numeric, 4) FROM casts ORDER BY id
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3), w vector(3));
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector, ARRAY[i % 3, 1, i % 2]::real[]::vector FROM generate_series(1, 60) i;
INSERT INTO items VALUES (61, NULL, '[1,1,1]'), (62, '[2,1,0]', '[2,1,0]');
CREATE VIEW added AS SELECT id, v + w AS sum, (v + w) <-> '[1,1,1]' AS d FROM items;
CREATE VIEW subtracted AS SELECT id, v - w AS difference, vector_norm(v - w - '[1,0,0]') AS d FROM items;
CREATE VIEW multiplied AS SELECT id, v * w AS product, v * w <#> '[1,1,1]' AS d FROM items;
CREATE VIEW joined AS SELECT id, v || w AS both_of_them, vector_dims(v || w) AS dims, (v || w) <-> '[1,1,1,1,1,1]' AS d FROM items;
CREATE VIEW parts AS SELECT id, subvector(v, 2, 2) AS part, subvector(v, 1, 2) <-> subvector(w, 2, 2) AS d FROM items;
CREATE VIEW units AS SELECT id, l2_normalize(v) AS unit, l2_normalize(v) <-> l2_normalize('[1,2,2]'::vector) AS d FROM items;
CREATE VIEW compared AS SELECT id, v < w AS less, v = w AS equal, v >= '[3,0,0]' AS at_least FROM items;
CREATE VIEW quantized AS SELECT id, binary_quantize(v - '[3,3,0]') AS signs FROM items;
CREATE VIEW ordered AS SELECT id, v FROM items ORDER BY v DESC NULLS LAST, id;
CREATE VIEW casts AS SELECT id, v::real[] AS r, ARRAY[id, 1, 2]::vector <-> v AS s FROM items WHERE id < 30;
