-- A job that uses the tables that are there: one of them lacks a column, generates one, or would read other values in the same bytes.
-- job: schema: {existing: use}
-- before: CREATE TABLE items (id int PRIMARY KEY, n double precision, at timestamptz, name varchar(20), v real[], made int DEFAULT 7, w int GENERATED ALWAYS AS (id) STORED)
-- finding: blocking: table public.items, column n: its type on the target is double precision, and what is sent is bigint
-- finding: blocking: table public.items, column at: its type on the target is timestamp with time zone, and what is sent is timestamp without time zone
-- finding: blocking: table public.items, column w: the target's table generates it
-- finding: blocking: table public.items, column missing: the target's table has no such column
CREATE EXTENSION vector;
CREATE DOMAIN embedding AS vector(2);
CREATE TABLE items (id int PRIMARY KEY, n bigint, at timestamp, name text, v embedding, w int, missing text);
INSERT INTO items VALUES (1, 5, '2026-01-01', 'a', '[1,2]', 1, 'x');
