-- Inner product over vectors of many norms: left out, as the job says.
-- job: indexes: {inner_product: skip}
-- finding: warning: index public.docs_ip: left out: Lantern has no inner product, and `indexes.inner_product` is skip
-- differs: index public.docs_ip is missing: a vector index truefalsefalsefalse
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, v vector(2));
INSERT INTO docs SELECT i, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 100) i;
CREATE INDEX docs_ip ON docs USING hnsw (v vector_ip_ops);
