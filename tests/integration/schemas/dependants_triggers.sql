-- Triggers that look at vectors in WHEN, and trigger functions that change them: none fires while rows are loaded.
-- rewritten: trigger public.items.changed_far
-- rewritten: trigger public.items.near_ones_stay
-- rewritten: trigger public.items.unit
-- rewritten: function public.make_unit()
-- rewritten: function public.note_move()
-- rewritten: function public.note_refusal()
-- same: INSERT INTO items (id, v) SELECT 1000, v FROM items WHERE id = 7 RETURNING round(norm::numeric, 4)
-- same: SELECT id, round(norm::numeric, 4) FROM items ORDER BY id
-- same: UPDATE items SET v = (SELECT v FROM items WHERE id = 3) WHERE id IN (3, 5)
-- same: UPDATE items SET v = (SELECT v FROM items WHERE id = 9), id = 10000 WHERE id = 12
-- same: SELECT id, round(by::numeric, 4), far FROM moved ORDER BY id
-- same: DELETE FROM items WHERE id = 1
-- same: SELECT note FROM refused
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3), norm double precision);
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector, i FROM generate_series(1, 30) i;
CREATE TABLE moved (id int, by double precision, far boolean);
CREATE TABLE refused (note text);
CREATE FUNCTION make_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- the length stays beside the vector
  NEW.norm := vector_norm(NEW.v);
  NEW.v := l2_normalize(NEW.v);
  RETURN NEW;
END $$;
CREATE FUNCTION note_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO moved VALUES (NEW.id, OLD.v <-> NEW.v, TG_OP = 'UPDATE' AND OLD.v <-> NEW.v > 1);
  RETURN NULL;
END $$;
CREATE FUNCTION note_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO refused VALUES (format('%s: %s', OLD.id, OLD.v <-> '[1,1,1]' < 2));
  RETURN NULL;
END $$;
CREATE TRIGGER unit BEFORE INSERT ON items FOR EACH ROW WHEN (NEW.v IS NOT NULL AND vector_norm(NEW.v) <> 1) EXECUTE FUNCTION make_unit();
CREATE TRIGGER changed AFTER UPDATE OF v ON items FOR EACH ROW WHEN (OLD.v IS DISTINCT FROM NEW.v) EXECUTE FUNCTION note_move();
CREATE TRIGGER changed_far AFTER UPDATE ON items FOR EACH ROW WHEN (OLD.v <-> NEW.v > 2) EXECUTE FUNCTION note_move();
CREATE TRIGGER near_ones_stay BEFORE DELETE ON items FOR EACH ROW WHEN (OLD.v <-> '[3,1,2]' < 5) EXECUTE FUNCTION note_refusal();
