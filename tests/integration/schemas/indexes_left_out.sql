-- The same with `unsupported: skip`: the rows move, the indexes stay behind.
-- job: indexes: {unsupported: skip, ivfflat: skip}
-- finding: warning: index public.docs_l1: left out: operator class vector_l1_ops: Lantern has no L1 distance
-- finding: warning: index public.docs_ivfflat: left out: Lantern has no ivfflat, and `indexes.ivfflat` is skip
-- finding: warning: index public.docs_hamming: left out: Lantern compares bits as integer[], and `vectors.bits` is keep
-- differs: index public.docs_l1 is missing: a vector index truefalsefalsefalse
-- differs: index public.docs_ivfflat is missing: a vector index truefalsefalsefalse
-- differs: index public.docs_hamming is missing: a vector index truefalsefalsefalse
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, v vector(4), b bit(16));
INSERT INTO docs SELECT i, ARRAY[i, 1, 2, 3]::real[]::vector, i::bit(16) FROM generate_series(1, 200) i;
CREATE INDEX docs_l1 ON docs USING hnsw (v vector_l1_ops);
CREATE INDEX docs_ivfflat ON docs USING ivfflat (v vector_l2_ops) WITH (lists = 2);
CREATE INDEX docs_hamming ON docs USING hnsw (b bit_hamming_ops);
CREATE INDEX docs_l2 ON docs USING hnsw (v vector_l2_ops);
