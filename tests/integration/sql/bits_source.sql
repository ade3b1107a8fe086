-- Bits under a hamming index: in a table of its own, in partitions, in one that has to go by text, and beside others that stay bits.
CREATE EXTENSION vector;
CREATE TABLE prints (id integer PRIMARY KEY, b bit(48) DEFAULT B'000000000000000000000000000000011000000000000001', other bit(48), v varbit);
INSERT INTO prints SELECT i, (('x' || substr(md5(i::text), 1, 12))::bit(48)), ('x' || substr(md5(i::text), 5, 12))::bit(48), 'x1234'::varbit
FROM generate_series(1, 2000) i;
INSERT INTO prints VALUES (2001, NULL, NULL, NULL), (2002, B'0'::bit(48), NULL, B''), (2003, ~(B'0'::bit(48)), NULL, NULL);
INSERT INTO prints (id) VALUES (2004);
CREATE INDEX prints_hamming ON prints USING hnsw (b bit_hamming_ops);
CREATE INDEX prints_btree ON prints (b);

CREATE TABLE parted (id integer, b bit(33)) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (500);
CREATE TABLE parted_2 (id integer, b bit(33));
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (500) TO (1000);
INSERT INTO parted SELECT i, (i::bigint * 7919)::bit(33) FROM generate_series(0, 999) i;
CREATE INDEX parted_hamming ON parted_1 USING hnsw (b bit_hamming_ops);

CREATE TABLE by_text AS SELECT id, b, 'postgres=r/postgres'::aclitem AS a FROM prints;
CREATE INDEX by_text_hamming ON by_text USING ivfflat (b bit_hamming_ops) WITH (lists = 5);
