-- Ordinary indexes of every method and form.
CREATE EXTENSION vector;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION intarray;
CREATE TABLE docs (id int, name text, tags int[], j jsonb, r int4range, p point, v vector(2), t timestamptz);
INSERT INTO docs SELECT i, 'name ' || i % 50, ARRAY[i, i + 1], jsonb_build_object('k', i), int4range(i, i + 3), point(i, -i), ARRAY[i % 9, 1]::real[]::vector, now() FROM generate_series(1, 300) i;
CREATE UNIQUE INDEX docs_id ON docs (id DESC NULLS LAST) INCLUDE (name, v);
CREATE INDEX docs_partial ON docs (name) WHERE id > 10 AND name LIKE 'name%';
CREATE INDEX docs_expression ON docs ((lower(name) || 'x'), (id % 10)) WHERE v IS NOT NULL;
CREATE INDEX docs_hash ON docs USING hash (name);
CREATE INDEX docs_gin ON docs USING gin (tags gin__int_ops) WITH (fastupdate = off);
CREATE INDEX docs_trgm ON docs USING gist (name gist_trgm_ops (siglen = 32));
CREATE INDEX docs_spgist ON docs USING spgist (p);
CREATE INDEX docs_brin ON docs USING brin (t timestamptz_minmax_multi_ops (values_per_range = 16)) WITH (pages_per_range = 4);
CREATE INDEX docs_vector_btree ON docs (v);
CREATE INDEX docs_vector_ops ON docs (id, v vector_ops DESC);
CREATE INDEX docs_twice ON docs (id);
CREATE INDEX docs_twice_again ON docs (id);
CREATE UNIQUE INDEX CONCURRENTLY docs_concurrently ON docs (id, name);
