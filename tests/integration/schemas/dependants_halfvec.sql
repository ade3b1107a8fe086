-- What uses halfvec: distances of halves are those of the arrays they become.
-- rewritten: constraint public.halves.halves_h_check
-- rewritten: constraint public.halves.halves_h_check1
-- rewritten: view public.across
-- rewritten: view public.distances
-- rewritten: view public.mean
-- rewritten: view public.near
-- rewritten: function public.half_distance(real[],real[])
-- same: SELECT id, round(l2::numeric, 3), round(cosine::numeric, 3), round(negated::numeric, 3), round(l1::numeric, 3), dims, round(norm::numeric, 3) FROM distances ORDER BY id
-- same: SELECT id, round(d::numeric, 3) FROM across ORDER BY id
-- same: SELECT id FROM near ORDER BY id
-- same: SELECT round(half_distance(a.h, b.h)::numeric, 3) FROM halves a, halves b WHERE b.id = 3 ORDER BY a.id
-- same: SELECT round(d::numeric, 2) FROM mean
CREATE EXTENSION vector;
CREATE TABLE halves (id int PRIMARY KEY, h halfvec(3) DEFAULT '[1,0,0]', v vector(3), CHECK (vector_norm(h::vector) < 1000), CHECK (l2_norm(h) < 1000));
INSERT INTO halves SELECT i, ARRAY[i % 7 + 1, i / 8.0, -i % 5]::real[]::halfvec, ARRAY[1, i, 2]::real[]::vector FROM generate_series(1, 40) i;
CREATE VIEW distances AS SELECT id, h <-> '[3,1,2]' AS l2, h <=> '[3,1,2]' AS cosine, h <#> '[3,1,2]' AS negated, h <+> '[3,1,2]' AS l1, vector_dims(h) AS dims, l2_norm(h) AS norm FROM halves;
CREATE VIEW across AS SELECT id, h::vector <-> v AS d FROM halves;
CREATE VIEW near AS SELECT id, h FROM halves WHERE h <-> '[3,1,2]'::halfvec(3) < 5;
CREATE VIEW mean AS SELECT avg(h) <-> '[0,0,0]'::halfvec AS d FROM halves;
CREATE FUNCTION half_distance(a halfvec, b halfvec) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT a <-> b';
