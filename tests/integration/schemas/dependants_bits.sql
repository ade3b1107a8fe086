-- Distances of bits in views and functions: the columns stay bit(n), the operators do not exist on the target.
-- rewritten: view public.by_name
-- rewritten: view public.distances
-- rewritten: view public.near
-- rewritten: view public.nearest
-- rewritten: view public.through_quantized
-- rewritten: function public.bits_apart(bit,bit)
-- same: SELECT id, hamming, round(jaccard::numeric, 4) FROM distances ORDER BY id
-- same: SELECT id FROM near ORDER BY id
-- same: SELECT id, d FROM nearest ORDER BY d, id
-- same: SELECT id, round(d::numeric, 4) FROM by_name ORDER BY id
-- same: SELECT bits_apart(a.b, b.b) FROM prints a, prints b WHERE b.id = 3 ORDER BY a.id
-- same: SELECT id, d FROM through_quantized ORDER BY id
CREATE EXTENSION vector;
CREATE TABLE prints (id int PRIMARY KEY, b bit(12), v vector(3));
INSERT INTO prints SELECT i, (i * 37)::bit(12), ARRAY[i % 7 - 3, i % 5 - 2, i % 3 - 1]::real[]::vector FROM generate_series(1, 60) i;
INSERT INTO prints VALUES (61, NULL, NULL), (62, B'000000000000', '[0,0,0]');
CREATE VIEW distances AS SELECT id, b <~> B'101010101010' AS hamming, b <%> B'101010101010' AS jaccard FROM prints;
CREATE VIEW near AS SELECT id, b FROM prints WHERE b <~> B'101010101010' < 5 OR b <%> B'111111111111' < 0.4;
CREATE VIEW nearest AS SELECT id, b <~> B'101010101010' AS d FROM prints WHERE b IS NOT NULL ORDER BY b <~> B'101010101010', id LIMIT 10;
CREATE VIEW by_name AS SELECT id, hamming_distance(b, B'101010101010') + jaccard_distance(b, B'111111111111') AS d FROM prints;
CREATE VIEW through_quantized AS SELECT id, binary_quantize(v) <~> B'101' AS d FROM prints;
CREATE FUNCTION bits_apart(bit, bit) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT $1 <~> $2';
