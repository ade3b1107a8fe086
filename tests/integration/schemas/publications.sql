-- Publications of tables, schemas, columns and rows.
CREATE EXTENSION vector;
CREATE SCHEMA other;
CREATE TABLE a (id int PRIMARY KEY, name text, v vector(2));
CREATE TABLE other.b (id int PRIMARY KEY, v vector(2));
INSERT INTO a SELECT i, 'a', ARRAY[i, 1]::real[]::vector FROM generate_series(1, 20) i;
CREATE PUBLICATION some_rows FOR TABLE a (id, name) WHERE (id > 5), other.b WITH (publish = 'insert, update');
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA other;
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish_via_partition_root = true);
