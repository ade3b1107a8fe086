-- Storage, compression, fill factors, statistics targets, autovacuum's and TOAST's settings.
CREATE EXTENSION vector;
CREATE TABLE tuned (id int, plain_text text STORAGE EXTERNAL, packed text COMPRESSION pglz, packed2 text COMPRESSION lz4, v vector(3), e vector(3), m vector(3), s text)
    WITH (fillfactor = 70, autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = false, toast_tuple_target = 4080, parallel_workers = 2);
ALTER TABLE tuned ALTER v SET STORAGE PLAIN, ALTER m SET STORAGE MAIN, ALTER s SET STATISTICS 1000, ALTER id SET (n_distinct = -0.5), ALTER s SET STORAGE MAIN;
INSERT INTO tuned SELECT i, repeat('a', 5000), repeat('b', 5000), repeat('c', 5000), ARRAY[i, 1, 2]::real[]::vector, ARRAY[i, 1, 2]::real[]::vector, ARRAY[i, 1, 2]::real[]::vector, 'd' FROM generate_series(1, 60) i;
CREATE INDEX tuned_id ON tuned (id) WITH (fillfactor = 50, deduplicate_items = off);
ALTER INDEX tuned_id SET (fillfactor = 60);
CREATE INDEX tuned_e ON tuned ((id + 1));
ALTER INDEX tuned_e ALTER COLUMN 1 SET STATISTICS 500;
CLUSTER tuned USING tuned_id;
