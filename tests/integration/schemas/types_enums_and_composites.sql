-- Enums, composites, arrays of both, composites in composites: their OIDs differ on the target.
CREATE EXTENSION vector;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s; "fine"');
ALTER TYPE mood ADD VALUE 'glad' BEFORE 'ok';
CREATE TYPE point3 AS (x int, y numeric, note text COLLATE "C");
CREATE TYPE stretch AS (a point3, b point3, m mood, ms mood[]);
CREATE TABLE filler (id int);
CREATE TABLE things (id int PRIMARY KEY, m mood DEFAULT 'ok', ms mood[], p point3, ps point3[], l stretch, ls stretch[], v vector(2));
INSERT INTO things SELECT i, (enum_range(NULL::mood))[1 + i % 4], CASE i % 3 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['sad', NULL]::mood[] END, ROW(i, 1.5, 'a,"(b')::point3,
    ARRAY[ROW(i, NULL, ''), NULL]::point3[], ROW(ROW(1, 2, NULL)::point3, NULL, 'glad', '{ok}')::stretch, ARRAY[ROW(NULL, ROW(i, 0, 'x')::point3, NULL, NULL)::stretch], ARRAY[i, 1]::real[]::vector
    FROM generate_series(1, 100) i;
INSERT INTO things (id) VALUES (1000);
