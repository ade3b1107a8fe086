-- Policies that let rows through by their distance.
-- job: schema: {privileges: true}
-- before: CREATE ROLE dependants_reader
-- rewritten: policy public.docs.along
-- rewritten: policy public.docs.kept_short
-- rewritten: policy public.docs.near
-- same: SELECT polname, polcmd, polpermissive FROM pg_policy ORDER BY 1
-- same: SET ROLE dependants_reader; SELECT id FROM docs ORDER BY id
CREATE EXTENSION vector;
CREATE ROLE dependants_reader;
CREATE TABLE docs (id int PRIMARY KEY, v vector(3));
CREATE TABLE centre (v vector(3));
INSERT INTO centre VALUES ('[3,1,2]');
INSERT INTO docs SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
GRANT SELECT ON docs, centre TO dependants_reader;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY near ON docs FOR SELECT USING (v <-> '[3,1,2]' < 5);
CREATE POLICY along ON docs AS RESTRICTIVE FOR SELECT USING (v <=> (SELECT c.v FROM centre c LIMIT 1) < 0.9);
CREATE POLICY kept_short ON docs FOR UPDATE USING (vector_norm(v) < 3) WITH CHECK (vector_norm(v) < 4 AND vector_dims(v) = 3);
