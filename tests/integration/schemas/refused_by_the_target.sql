-- What the target's server refuses is known at the plan, each with its own reason, and what fails only because of it is not said:
-- roles and tablespaces that it does not have, names that are taken.
-- before: CREATE TYPE mood AS (a int)
-- before: CREATE FUNCTION one(int) RETURNS int LANGUAGE sql AS 'SELECT 1'
-- before: CREATE VIEW near AS SELECT 1
-- before: CREATE PUBLICATION feed
-- finding: blocking: type public.mood: the target refuses it: type "mood" already exists (SQLSTATE 42710)
-- finding: blocking: function public.one(integer): the target refuses it: function "one" already exists with same argument types (SQLSTATE 42723)
-- finding: blocking: table public.elsewhere: the target refuses it: tablespace "corpus_space" does not exist (SQLSTATE 42704)
-- finding: blocking: view public.near: the target refuses it: relation "near" already exists (SQLSTATE 42P07)
-- finding: blocking: user mapping corpus_stranger on far: the target refuses it: role "corpus_stranger" does not exist (SQLSTATE 42704)
-- finding: blocking: policy mine on public.items: the target refuses it: role "corpus_stranger" does not exist (SQLSTATE 42704)
-- finding: blocking: publication feed: the target refuses it: publication "feed" already exists (SQLSTATE 42710)
CREATE EXTENSION vector;
CREATE EXTENSION postgres_fdw;
CREATE ROLE corpus_stranger;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE corpus_space LOCATION '';
CREATE TYPE mood AS ENUM ('good');
CREATE FUNCTION one(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE items (id int PRIMARY KEY, v vector(2), m mood);
CREATE TABLE elsewhere (id int PRIMARY KEY, v vector(2)) TABLESPACE corpus_space;
CREATE VIEW near AS SELECT id FROM items WHERE v <-> '[1,1]' < 1;
CREATE VIEW of_elsewhere AS SELECT id FROM elsewhere;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
CREATE USER MAPPING FOR corpus_stranger SERVER far;
CREATE POLICY mine ON items TO corpus_stranger USING (v <-> '[0,0]' < 5);
CREATE PUBLICATION feed FOR TABLE items;
