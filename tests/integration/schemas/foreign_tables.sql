-- Foreign tables: their definitions move, their rows are elsewhere.
CREATE EXTENSION vector;
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.example', dbname 'x');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'u');
CREATE FOREIGN TABLE far (id int NOT NULL, v text OPTIONS (column_name 'w')) SERVER elsewhere OPTIONS (table_name 't');
CREATE TABLE near (id int PRIMARY KEY, v vector(3));
INSERT INTO near VALUES (1, '[1,2,3]');
CREATE TABLE parted (id int, v real[]) PARTITION BY RANGE (id);
CREATE TABLE parted_near PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE FOREIGN TABLE parted_far PARTITION OF parted FOR VALUES FROM (100) TO (200) SERVER elsewhere;
INSERT INTO parted SELECT i, '{1,2}' FROM generate_series(0, 20) i;
COMMENT ON FOREIGN TABLE far IS 'far away';
