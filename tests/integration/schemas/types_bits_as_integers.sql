-- Bits under a hamming index become integers where the job says so; others stay bits.
-- job: vectors: {bits: integer_array}
-- index: CREATE INDEX prints_b ON public.prints USING lantern_hnsw (b dist_hamming_ops) WITH (m='16', ef_construction='128', ef='64', dim='2')
-- rewritten: column public.prints.b
-- computed: public.prints
-- same: SELECT id, other FROM prints ORDER BY id
-- target: SELECT b::text FROM prints WHERE id = 1 => {1,-2147418112}
CREATE EXTENSION vector;
CREATE TABLE prints (id int PRIMARY KEY, b bit(48), other bit(48));
INSERT INTO prints VALUES (1, B'000000000000000000000000000000011000000000000001', B'1'::bit(48)), (2, NULL, NULL);
INSERT INTO prints SELECT i, (i::bigint * 7919 * 7919)::bit(48), i::bit(48) FROM generate_series(3, 300) i;
CREATE INDEX prints_b ON prints USING hnsw (b bit_hamming_ops);
