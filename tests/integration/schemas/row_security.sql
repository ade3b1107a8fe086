-- Row security, forced as well: a superuser copies all rows; policies come behind the rows.
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, owner name, v vector(2));
INSERT INTO docs SELECT i, 'user' || i % 3, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 60) i;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (owner = current_user) WITH CHECK (owner = current_user);
CREATE POLICY odd ON docs AS RESTRICTIVE FOR SELECT USING (id % 2 = 1);
COMMENT ON POLICY own ON docs IS 'mine';
