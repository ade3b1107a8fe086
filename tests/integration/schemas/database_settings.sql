-- Settings of the database itself are not part of its schema: the plan names them.
-- finding: warning: database app: its own settings are not moved: hnsw.ef_search, search_path, work_mem
-- finding: warning: role corpus_reader in database app: its own settings are not moved: search_path, statement_timeout
CREATE ROLE corpus_reader;
ALTER ROLE corpus_reader IN DATABASE app SET search_path = app;
ALTER ROLE corpus_reader IN DATABASE app SET statement_timeout = '5s';
CREATE EXTENSION vector;
LOAD 'vector';
ALTER DATABASE app SET search_path = app, public;
ALTER DATABASE app SET work_mem = '64MB';
ALTER DATABASE app SET hnsw.ef_search = 100;
ALTER DATABASE app SET default_transaction_read_only = off;
CREATE SCHEMA app;
CREATE TABLE app.items (id int PRIMARY KEY, v public.vector(2));
INSERT INTO app.items SELECT i, ARRAY[i, 1]::real[]::public.vector FROM generate_series(1, 20) i;
CREATE INDEX items_v ON app.items USING hnsw (v public.vector_l2_ops);
