-- Owners and privileges move if the job asks; the roles are there on the target.
-- job: schema: {owners: true, privileges: true}
-- before: CREATE ROLE corpus_owner; CREATE ROLE corpus_reader
-- same: SELECT tableowner FROM pg_tables WHERE tablename = 'docs'
-- same: SELECT relacl::text FROM pg_class WHERE relname IN ('docs', 'docs_view', 'numbers') ORDER BY relname
-- same: SELECT attacl::text FROM pg_attribute WHERE attrelid = 'docs'::regclass AND attname = 'secret'
-- same: SELECT proacl::text, pg_get_userbyid(proowner) FROM pg_proc WHERE proname = 'one'
-- same: SELECT nspacl::text, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'app'
-- same: SELECT defaclacl::text FROM pg_default_acl
-- same: SELECT pg_get_userbyid(pubowner) FROM pg_publication
-- same: SELECT pg_get_userbyid(stxowner) FROM pg_statistic_ext
CREATE ROLE corpus_owner;
CREATE ROLE corpus_reader;
CREATE EXTENSION vector;
GRANT CREATE ON DATABASE app TO corpus_owner;
GRANT CREATE ON SCHEMA public TO corpus_owner;
CREATE SCHEMA app AUTHORIZATION corpus_owner;
GRANT USAGE ON SCHEMA app TO corpus_reader;
CREATE TABLE docs (id int PRIMARY KEY, secret text, v vector(2));
ALTER TABLE docs OWNER TO corpus_owner;
INSERT INTO docs SELECT i, 's', ARRAY[i, 1]::real[]::vector FROM generate_series(1, 20) i;
GRANT SELECT ON docs TO corpus_reader WITH GRANT OPTION;
REVOKE UPDATE ON docs FROM corpus_owner;
GRANT UPDATE (secret) ON docs TO corpus_reader;
CREATE VIEW docs_view AS SELECT id FROM docs;
GRANT ALL ON docs_view TO corpus_reader;
CREATE SEQUENCE numbers;
GRANT USAGE ON SEQUENCE numbers TO PUBLIC;
CREATE FUNCTION one() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1;
ALTER FUNCTION one() OWNER TO corpus_owner;
REVOKE ALL ON FUNCTION one() FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE corpus_owner IN SCHEMA app GRANT SELECT ON TABLES TO corpus_reader;
CREATE INDEX docs_v ON docs USING hnsw (v vector_l2_ops);
CREATE PUBLICATION feed FOR TABLE docs;
ALTER PUBLICATION feed OWNER TO corpus_owner;
CREATE STATISTICS of_docs ON id, secret FROM docs;
ALTER STATISTICS of_docs OWNER TO corpus_owner;
