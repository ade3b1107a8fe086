-- Values of 100 MiB: larger than any buffer.
CREATE EXTENSION vector;
CREATE TABLE large (id int PRIMARY KEY, t text, b bytea, v vector(3));
INSERT INTO large SELECT i, repeat(chr(64 + i), 100 << 20), decode(repeat(md5(i::text), 1 << 20), 'hex'), '[1,2,3]' FROM generate_series(1, 2) i;
INSERT INTO large VALUES (3, '', '', NULL);
