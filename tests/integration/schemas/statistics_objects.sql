-- Extended statistics, over expressions too.
CREATE EXTENSION vector;
CREATE TABLE facts (a int, b int, c text, v vector(2));
INSERT INTO facts SELECT i, i % 10, 'c' || i % 3, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 500) i;
CREATE STATISTICS facts_ab (ndistinct, dependencies) ON a, b FROM facts;
CREATE STATISTICS facts_all ON a, b, c FROM facts;
CREATE STATISTICS facts_e (mcv) ON (a % 7), lower(c) FROM facts;
ALTER STATISTICS facts_ab SET STATISTICS 300;
COMMENT ON STATISTICS facts_ab IS 'both';
ANALYZE facts;
