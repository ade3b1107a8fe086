-- Exclusion, deferrable, not valid, self-referencing, composite keys; NULLS NOT DISTINCT, INCLUDE.
CREATE EXTENSION vector;
CREATE EXTENSION btree_gist;
CREATE TABLE parents (a int, b text, v vector(2), PRIMARY KEY (a, b) INCLUDE (v), CONSTRAINT first_to_wait UNIQUE (b) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO parents SELECT i, 'p' || i, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 50) i;
CREATE TABLE children (id int PRIMARY KEY, a int, b text, up int REFERENCES children DEFERRABLE, old int, u int,
    CONSTRAINT to_parent FOREIGN KEY (a, b) REFERENCES parents MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a, b) DEFERRABLE INITIALLY DEFERRED, UNIQUE NULLS NOT DISTINCT (u));
INSERT INTO children SELECT i, i, 'p' || i, nullif(i - 1, 0), -i, i FROM generate_series(1, 50) i;
-- Of what is there already, not all holds.
ALTER TABLE children ADD CONSTRAINT positive CHECK (old > 0) NOT VALID;
ALTER TABLE children ADD CONSTRAINT to_nobody FOREIGN KEY (old) REFERENCES children NOT VALID;
CREATE TABLE bookings (room int, during tsrange, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0) DEFERRABLE, CHECK (NOT isempty(during)) NO INHERIT);
INSERT INTO bookings VALUES (1, '[2026-01-01,2026-01-02)'), (1, '[2026-01-02,2026-01-03)'), (2, '[2026-01-01,2026-01-02)');
COMMENT ON CONSTRAINT to_parent ON children IS 'both or none';
-- Circular keys between tables.
CREATE TABLE hens (id int PRIMARY KEY, egg int);
CREATE TABLE eggs (id int PRIMARY KEY, hen int REFERENCES hens);
INSERT INTO hens SELECT i, i FROM generate_series(1, 10) i;
INSERT INTO eggs SELECT i, 11 - i FROM generate_series(1, 10) i;
ALTER TABLE hens ADD FOREIGN KEY (egg) REFERENCES eggs;
