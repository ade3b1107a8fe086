-- pgvector in a schema whose name needs quotes; a table of the same name as its type.
CREATE SCHEMA "My ""Ext""";
CREATE EXTENSION vector SCHEMA "My ""Ext""";
CREATE TABLE vector (id int PRIMARY KEY, vector "My ""Ext""".vector(2), halfvec "My ""Ext""".halfvec);
INSERT INTO vector SELECT i, ARRAY[i, 1]::real[]::"My ""Ext""".vector, '[1]' FROM generate_series(1, 50) i;
CREATE INDEX "hnsw" ON vector USING hnsw (vector "My ""Ext""".vector_l2_ops);
CREATE INDEX ON vector USING ivfflat (vector "My ""Ext""".vector_cosine_ops) WITH (lists = 5);
