-- What Lantern cannot index, each with its reason.
-- finding: blocking: index public.docs_l1: operator class vector_l1_ops: Lantern has no L1 distance
-- finding: blocking: index public.docs_half_l1: operator class halfvec_l1_ops: Lantern has no L1 distance
-- finding: blocking: index public.docs_sparse: operator class sparsevec_l2_ops: Lantern has no sparse vectors, and as dense arrays they are seldom within its 2000 dimensions
-- finding: blocking: index public.docs_jaccard: operator class bit_jaccard_ops: Lantern has no Jaccard distance
-- finding: blocking: index public.docs_hamming: Lantern compares bits as integer[], and `vectors.bits` is keep
-- finding: blocking: index public.docs_wide: 3000 dimensions; Lantern indexes at most 2000
-- finding: blocking: index public.docs_part: the index is on what function subvector makes of a column, and Lantern indexes the column itself
-- finding: blocking: index public.docs_binary: the index is on what function binary_quantize makes of a column, and Lantern indexes the column itself
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, v vector(4), h halfvec(3000), s sparsevec(10), b bit(16));
INSERT INTO docs SELECT i, ARRAY[i, 1, 2, 3]::real[]::vector, array_fill(1, ARRAY[3000])::real[]::halfvec, '{1:1}/10', i::bit(16) FROM generate_series(1, 20) i;
CREATE INDEX docs_l1 ON docs USING hnsw (v vector_l1_ops);
CREATE INDEX docs_half_l1 ON docs USING hnsw ((v::halfvec(4)) halfvec_l1_ops);
CREATE INDEX docs_sparse ON docs USING hnsw (s sparsevec_l2_ops);
CREATE INDEX docs_jaccard ON docs USING hnsw (b bit_jaccard_ops);
CREATE INDEX docs_hamming ON docs USING hnsw (b bit_hamming_ops);
CREATE INDEX docs_wide ON docs USING hnsw (h halfvec_l2_ops);
CREATE INDEX docs_part ON docs USING hnsw ((subvector(v, 1, 2)::vector(2)) vector_l2_ops);
CREATE INDEX docs_binary ON docs USING hnsw ((binary_quantize(v)::bit(4)) bit_hamming_ops);
