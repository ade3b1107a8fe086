-- Large objects stay behind, and the plan says so.
-- finding: warning: database app: 2 large objects are not moved
CREATE EXTENSION vector;
CREATE TABLE files (id int PRIMARY KEY, content oid, v vector(2));
INSERT INTO files VALUES (1, lo_from_bytea(0, '\x01'), '[1,2]'), (2, lo_from_bytea(0, '\x02'), NULL);
