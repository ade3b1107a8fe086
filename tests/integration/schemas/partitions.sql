-- List, range and hash partitions, several levels, defaults; keys and indexes attached, also vector indexes.
CREATE EXTENSION vector;
CREATE TABLE parted (id int, region text, day date, v vector(3), PRIMARY KEY (id, region, day)) PARTITION BY LIST (region);
CREATE TABLE parted_eu PARTITION OF parted FOR VALUES IN ('eu', 'uk') PARTITION BY RANGE (day);
CREATE TABLE parted_eu_2025 PARTITION OF parted_eu FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE parted_eu_2026 PARTITION OF parted_eu FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (id);
CREATE TABLE parted_eu_2026_0 PARTITION OF parted_eu_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_eu_2026_1 PARTITION OF parted_eu_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE parted_eu_rest PARTITION OF parted_eu DEFAULT;
CREATE TABLE parted_null PARTITION OF parted FOR VALUES IN (NULL, 'us');
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
CREATE INDEX parted_day ON parted (day DESC) INCLUDE (id);
CREATE INDEX parted_v ON parted USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 40);
CREATE INDEX own_of_a_leaf ON parted_eu_2026_1 USING hnsw (v vector_cosine_ops);
CREATE INDEX on_only ON ONLY parted (region);
INSERT INTO parted SELECT i, (ARRAY['eu', 'uk', 'us', 'xx'])[1 + i % 4], date '2025-06-01' + i, ARRAY[i, i % 7, 1]::real[]::vector FROM generate_series(1, 900) i;
-- A partition with its columns in another order, attached later.
CREATE TABLE late (v vector(3), gone text, day date NOT NULL, region text NOT NULL, id int NOT NULL);
ALTER TABLE late DROP COLUMN gone;
INSERT INTO late SELECT ARRAY[i, 0, 0]::real[]::vector, '2026-05-05', 'late', i FROM generate_series(1, 30) i;
ALTER TABLE parted ATTACH PARTITION late FOR VALUES IN ('late');
COMMENT ON INDEX parted_v IS 'over all of it';
