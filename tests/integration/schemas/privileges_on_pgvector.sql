-- Privileges on pgvector's own types and functions stay behind with it.
-- job: schema: {privileges: true}
-- before: CREATE ROLE corpus_caller
-- finding: warning: privileges on type public.vector: they stay behind with pgvector
-- finding: warning: privileges on function public.l2_distance(public.vector, public.vector): they stay behind with pgvector
-- same: SELECT proacl::text FROM pg_proc WHERE proname = 'apart'
CREATE ROLE corpus_caller;
CREATE EXTENSION vector;
REVOKE ALL ON TYPE vector FROM PUBLIC;
GRANT USAGE ON TYPE vector TO corpus_caller;
REVOKE ALL ON FUNCTION l2_distance(vector, vector) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION l2_distance(vector, vector) TO corpus_caller;
CREATE FUNCTION apart(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT a - b';
REVOKE ALL ON FUNCTION apart(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION apart(int, int) TO corpus_caller;
CREATE TABLE items (id int PRIMARY KEY, v vector(2));
INSERT INTO items VALUES (1, '[1,2]');
