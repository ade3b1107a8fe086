-- Rules that use distances: in their condition, and in what they do.
-- rewritten: view public.shown
-- rewritten: rule public.items.near_ones_stay
-- rewritten: rule public.items.seen_ones
-- rewritten: rule public.shown.through
-- same: INSERT INTO items SELECT 1000 + id, v FROM items WHERE id < 20
-- same: SELECT id, round(d::numeric, 4) FROM seen ORDER BY id
-- same: INSERT INTO shown (id, d) VALUES (3, 0)
-- same: DELETE FROM items WHERE id BETWEEN 1 AND 30
-- same: SELECT id FROM items ORDER BY id
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3));
CREATE TABLE seen (id int, d double precision);
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
CREATE RULE seen_ones AS ON INSERT TO items WHERE NEW.v <-> '[3,1,2]' < 5 DO ALSO INSERT INTO seen VALUES (NEW.id, NEW.v <-> '[3,1,2]');
CREATE RULE near_ones_stay AS ON DELETE TO items WHERE OLD.v <-> '[3,1,2]' < 4.5 OR vector_norm(OLD.v) < 4 DO INSTEAD NOTHING;
CREATE VIEW shown AS SELECT id, v <-> '[0,0,0]' AS d FROM items;
CREATE RULE through AS ON INSERT TO shown DO INSTEAD INSERT INTO seen SELECT NEW.id, i.v <-> '[0,0,0]' FROM items i WHERE i.id = NEW.id;
