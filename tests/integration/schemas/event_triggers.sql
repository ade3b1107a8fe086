-- Event triggers that refuse every command: they come last on the target.
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(2));
INSERT INTO items SELECT i, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 100) i;
CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops);
CREATE FUNCTION refuse_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF current_setting('application_name') LIKE 'lantern-migrate%' THEN RAISE 'no % here', tg_tag; END IF; END $$;
CREATE EVENT TRIGGER no_ddl ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'CREATE INDEX', 'ALTER TABLE') EXECUTE FUNCTION refuse_ddl();
CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION refuse_ddl();
ALTER EVENT TRIGGER seen DISABLE;
COMMENT ON EVENT TRIGGER no_ddl IS 'strict';
