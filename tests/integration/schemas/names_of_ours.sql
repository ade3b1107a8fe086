-- Schemas that are called as the job's own on the target.
-- finding: blocking: schema lantern_migrate: the job makes a schema of that name on the target for itself
-- finding: blocking: schema pgvector_compat: the job makes a schema of that name on the target for itself
CREATE EXTENSION vector;
CREATE SCHEMA lantern_migrate;
CREATE TABLE lantern_migrate.ledger (id int PRIMARY KEY, v vector(2));
CREATE SCHEMA pgvector_compat;
CREATE FUNCTION pgvector_compat.vector_norm(a real[]) RETURNS double precision LANGUAGE sql AS 'SELECT 1.0::double precision';
CREATE TABLE items (id int PRIMARY KEY, v vector(2), CHECK (vector_norm(v) > 0));
