-- Arrays of vectors become arrays of one more dimension.
-- target: SELECT v::text || h::text FROM rows WHERE id = 1 => {{1,2},{3,4}}{{0.5,1,2}}
CREATE EXTENSION vector;
CREATE TABLE rows (id int PRIMARY KEY, v vector(2)[], h halfvec[]);
INSERT INTO rows VALUES (1, ARRAY['[1,2]', '[3,4]']::vector[], ARRAY['[0.5,1,2]']::halfvec[]), (2, '{}', NULL), (3, NULL, '{}');
