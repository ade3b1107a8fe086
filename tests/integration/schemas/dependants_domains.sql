-- A domain over a vector with a check, and what uses the domain: functions, views, columns with defaults.
-- rewritten: view public.distances
-- rewritten: domain public.any_vector
-- rewritten: domain public.embedding
-- rewritten: function public.apart(public.embedding,public.embedding)
-- rewritten: function public.length_of(public.embedding)
-- same: SELECT id, round(d::numeric, 4) FROM distances ORDER BY id
-- same: SELECT a.id, round(apart(a.e, b.e)::numeric, 4) FROM things a, things b WHERE b.id = 3 ORDER BY a.id
-- same: SELECT id, round(length_of(e)::numeric, 4) FROM things ORDER BY id
-- same: SELECT count(*) FROM things WHERE e IS NULL
CREATE EXTENSION vector;
CREATE DOMAIN embedding AS vector(3) CONSTRAINT short CHECK (vector_norm(VALUE) < 100) CONSTRAINT near CHECK (VALUE <-> '[0,0,0]' < 100);
CREATE DOMAIN any_vector AS vector DEFAULT '[1,1]' CHECK (vector_dims(VALUE) < 10);
CREATE TABLE things (id int PRIMARY KEY, e embedding, a any_vector);
INSERT INTO things (id, e) SELECT i, CASE WHEN i % 6 > 0 THEN ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector END FROM generate_series(1, 60) i;
CREATE VIEW distances AS SELECT id, e <-> '[3,1,2]' AS d FROM things WHERE e <-> '[3,1,2]'::embedding < 8;
CREATE FUNCTION apart(a embedding, b embedding) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT a <-> b';
CREATE FUNCTION length_of(e embedding) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE copy embedding := e; from_text embedding DEFAULT '[0,0,0]'::vector;
BEGIN
  RETURN copy <-> from_text;
END $$;
