-- Functions that find tables by their caller's search_path, where a copy or an index build calls them.
-- finding: blocking: table public.items, check known: it calls a function that looks for names in its caller's search_path, which is empty as the table is filled: relation "kinds" does not exist (SQLSTATE 42P01)
-- finding: blocking: table public.items, column label: it calls a function that looks for names in its caller's search_path, which is empty as the table is filled: function spelled(integer) does not exist (SQLSTATE 42883)
-- finding: warning: table public.items, check of_another: it calls a function that a plan made as a superuser does not try: if it looks for names in its caller's search_path, which is empty as the table is filled, the job stops there
CREATE EXTENSION vector;
CREATE TABLE kinds (id int PRIMARY KEY);
INSERT INTO kinds VALUES (1);
CREATE FUNCTION is_known(k int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT FROM kinds WHERE id = k); END';
CREATE FUNCTION is_known_by_path(k int) RETURNS boolean LANGUAGE sql SET search_path = public AS 'SELECT EXISTS (SELECT FROM kinds WHERE id = k)';
CREATE FUNCTION spelled(k int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''number '' || k';
CREATE FUNCTION label_of(k int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN spelled(k); END';
CREATE ROLE another;
CREATE FUNCTION runs_as_who_plans(k int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT FROM public.kinds WHERE id = k); END';
ALTER FUNCTION runs_as_who_plans OWNER TO another;
CREATE TABLE items (id int PRIMARY KEY, kind int, label text GENERATED ALWAYS AS (label_of(kind)) STORED, v vector(2),
    CONSTRAINT known CHECK (is_known(kind)), CONSTRAINT known_by_path CHECK (is_known_by_path(kind)), CONSTRAINT spells CHECK (spelled(kind) <> ''),
    CONSTRAINT of_another CHECK (runs_as_who_plans(kind)));
INSERT INTO items (id, kind, v) VALUES (1, 1, '[1,2]');
