-- Replica identities of every kind.
CREATE EXTENSION vector;
CREATE TABLE full_row (id int PRIMARY KEY, v vector(2));
CREATE TABLE nothing (id int PRIMARY KEY, v vector(2));
CREATE TABLE by_index (id int NOT NULL, v vector(2));
CREATE UNIQUE INDEX by_index_id ON by_index (id);
ALTER TABLE full_row REPLICA IDENTITY FULL;
ALTER TABLE nothing REPLICA IDENTITY NOTHING;
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id;
INSERT INTO full_row SELECT i, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 20) i;
INSERT INTO nothing SELECT * FROM full_row;
INSERT INTO by_index SELECT * FROM full_row;
