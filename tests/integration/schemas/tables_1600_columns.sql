-- As many columns as a table can have.
CREATE EXTENSION vector;
SELECT format('CREATE TABLE wide (id int PRIMARY KEY, v vector(2), %s)', string_agg(format('c%s "char"', i), ', ')) FROM generate_series(1, 1598) i \gexec
INSERT INTO wide (id, v, c1, c1598) SELECT i, ARRAY[i, 1]::real[]::vector, 'a', 'z' FROM generate_series(1, 20) i;
