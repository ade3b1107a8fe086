-- Enough bytes that a copy under a throttle takes some seconds.
CREATE EXTENSION vector;
CREATE TABLE big (id integer PRIMARY KEY, v vector(256));
INSERT INTO big SELECT i, array_fill(i::real, ARRAY[256])::vector FROM generate_series(1, 12000) i;
ANALYZE;
