-- A table that belongs to an extension, with rows that pg_dump would take: its configuration.
-- finding: warning: table public.settings of extension citext: rows that users added to the extension's configuration are not moved
CREATE EXTENSION vector;
CREATE EXTENSION citext;
CREATE TABLE settings (name text, value text);
INSERT INTO settings VALUES ('a', '1'), ('b', '2');
ALTER EXTENSION citext ADD TABLE settings;
UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass::oid], extcondition = ARRAY[''] WHERE extname = 'citext';
CREATE TABLE items (id citext PRIMARY KEY, v vector(2));
INSERT INTO items VALUES ('a', '[1,2]');
