-- A foreign table's vectors are written by another server, in pgvector's form: that server has to move first.
-- finding: blocking: foreign table public.far: it uses type public.vector
CREATE EXTENSION vector;
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.example', dbname 'x');
CREATE FOREIGN TABLE far (id int NOT NULL, v vector(3)) SERVER elsewhere OPTIONS (table_name 't');
CREATE TABLE near (id int PRIMARY KEY, v vector(3));
