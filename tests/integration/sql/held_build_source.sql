-- An index whose build waits in the middle of the table for as long as somebody holds advisory lock 4711 there.
CREATE EXTENSION vector;
CREATE FUNCTION held(id integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF id = 10000 THEN PERFORM pg_catalog.pg_advisory_xact_lock_shared(4711); END IF;
    RETURN id;
END $$;
CREATE TABLE held (id integer PRIMARY KEY, filler text, v vector(3));
INSERT INTO held SELECT i, repeat('x', 200), '[1,2,3]' FROM generate_series(1, 20000) i;
CREATE INDEX held_idx ON held (public.held(id));
ANALYZE;
