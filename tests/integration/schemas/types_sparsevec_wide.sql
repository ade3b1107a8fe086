-- A sparsevec wider than a vector can be is not made dense.
-- finding: blocking: column public.sparse.s: it uses type public.sparsevec(16001), wider than the 16000 dimensions an array gets
CREATE EXTENSION vector;
CREATE TABLE sparse (id int PRIMARY KEY, s sparsevec(16001));
INSERT INTO sparse VALUES (1, '{16001:1}/16001');
