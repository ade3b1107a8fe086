-- Partitions of partitions in schemas whose names come first or last, with columns in another order; triggers in states of their own, in
-- which pg_dump writes a partition's state before the trigger; foreign keys to and from partitioned tables.
-- same: SELECT tgrelid::regclass, tgenabled FROM pg_trigger WHERE tgname IN ('off_below', 'on_below') ORDER BY 1, tgname
CREATE EXTENSION vector;
CREATE SCHEMA "a.first";
CREATE SCHEMA z;
CREATE DOMAIN embedding AS halfvec(3);
CREATE TYPE held AS (e embedding, n int);
CREATE TABLE parted (id int, k text, e embedding, hs held[], twice int GENERATED ALWAYS AS (id * 2) STORED, v vector(3), PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE "a.first".early (v vector(3), gone int, k text NOT NULL, id int NOT NULL, hs held[], gone_too int, e embedding, twice int GENERATED ALWAYS AS (id * 2) STORED);
ALTER TABLE "a.first".early DROP COLUMN gone, DROP COLUMN gone_too;
ALTER TABLE parted ATTACH PARTITION "a.first".early FOR VALUES IN ('a');
CREATE TABLE z.middle PARTITION OF parted FOR VALUES IN ('b') PARTITION BY RANGE (id);
CREATE TABLE "a.first"."low.1" PARTITION OF z.middle FOR VALUES FROM (0) TO (10);
CREATE TABLE z."HIGH" PARTITION OF z.middle FOR VALUES FROM (10) TO (MAXVALUE);
INSERT INTO parted (id, k, e, hs, v) SELECT i, (ARRAY['a', 'b'])[1 + i % 2], ARRAY[i, 1, 2]::real[]::halfvec, ARRAY[ROW('[1,2,3]', i)::held], ARRAY[i, 1, 2]::real[]::vector FROM generate_series(1, 30) i;
CREATE INDEX ON parted USING hnsw (v vector_l2_ops);
CREATE TABLE refers (id int, pid int, pk text, FOREIGN KEY (pid, pk) REFERENCES parted (id, k) ON DELETE CASCADE) PARTITION BY HASH (id);
CREATE TABLE refers_0 PARTITION OF refers FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE refers_1 PARTITION OF refers FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO refers SELECT id, id, k FROM parted;
CREATE FUNCTION passes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER off_below BEFORE INSERT ON parted FOR EACH ROW EXECUTE FUNCTION passes();
ALTER TABLE z."HIGH" DISABLE TRIGGER off_below;
ALTER TABLE "a.first"."low.1" ENABLE ALWAYS TRIGGER off_below;
CREATE TRIGGER on_below BEFORE UPDATE ON parted FOR EACH ROW EXECUTE FUNCTION passes();
ALTER TABLE parted DISABLE TRIGGER on_below;
ALTER TABLE "a.first".early ENABLE TRIGGER on_below;
ALTER TABLE z.middle ENABLE REPLICA TRIGGER on_below;
ALTER TABLE "a.first"."low.1" ENABLE TRIGGER on_below;
COMMENT ON TRIGGER off_below ON parted IS 'off below';
