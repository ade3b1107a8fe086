-- Ordinary indexes on what is computed of a vector, or restricted by it.
-- rewritten: column's settings of public.docs_first.subvector
-- rewritten: index public.docs_cosine
-- rewritten: index public.docs_dims
-- rewritten: index public.docs_distance
-- rewritten: index public.docs_first
-- rewritten: index public.docs_norm
-- rewritten: statistics public.docs_stats
-- rewritten: function public.vector_dims_of(real[])
-- differs: column's settings of public.docs_cosine.expr is missing: p  -1 {} t 0
-- differs: column's settings of public.docs_dims.vector_dims is missing: p  -1 {} t 0
-- differs: column's settings of public.docs_distance.expr is missing: p  -1 {} t 0
-- differs: column's settings of public.docs_cosine.float8 is on the target alone: p  -1 {} t 0
-- differs: column's settings of public.docs_dims.array_length is on the target alone: p  -1 {} t 0
-- differs: column's settings of public.docs_distance.sqrt is on the target alone: p  -1 {} t 0
-- same: SELECT id FROM docs WHERE vector_dims_of(v) = 3 ORDER BY id
-- same: SELECT count(*) FROM pg_index WHERE indrelid = 'docs'::regclass
-- same: SELECT indisunique, indisvalid, indnatts, indpred IS NOT NULL, indexprs IS NOT NULL FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = 'docs'::regclass ORDER BY relname
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, v vector(3), w vector);
INSERT INTO docs SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 60) i;
CREATE FUNCTION vector_dims_of(v vector) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT public.vector_dims(v)';
CREATE INDEX docs_norm ON docs (vector_norm(v));
CREATE INDEX docs_distance ON docs ((v <-> '[0,0,0]'::vector) DESC NULLS LAST, id);
CREATE UNIQUE INDEX docs_cosine ON docs ((v <=> '[1,1,1]'), id) WHERE v <-> '[3,1,2]' < 5;
CREATE INDEX docs_dims ON docs (vector_dims(w));
CREATE INDEX docs_own_function ON docs (vector_dims_of(w));
CREATE INDEX docs_v ON docs (v);
CREATE INDEX docs_first ON docs ((subvector(v, 1, 2)));
CREATE STATISTICS docs_stats ON (vector_norm(v)), (v <-> '[0,0,0]') FROM docs;
