-- Elements of an array of vectors: of the real[][] that it becomes, they are numbers.
-- finding: blocking: function public.first_of(public.vector[]): it uses operator [] of an array of vectors in its body
-- finding: blocking: function public.spread(public.vector[]): it uses operator FOREACH of an array of vectors in its body
-- finding: blocking: view public.each_one: it uses function unnest of an array of vectors
-- finding: blocking: view public.how_many: it uses function cardinality of an array of vectors
-- finding: blocking: view public.among: it uses operator public.= ANY of vectors
CREATE EXTENSION vector;
CREATE TABLE rows (id int PRIMARY KEY, v vector(2), vs vector(2)[]);
INSERT INTO rows VALUES (1, '[1,2]', ARRAY['[1,2]', '[3,4]']::vector[]);
CREATE FUNCTION first_of(vs vector[]) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT vs[1] <-> ''[1,1]''';
CREATE FUNCTION spread(vs vector[]) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE q vector; widest double precision := 0;
BEGIN
  FOREACH q IN ARRAY vs LOOP
    widest := greatest(widest, vector_norm(q));
  END LOOP;
  RETURN widest;
END $$;
CREATE VIEW each_one AS SELECT id, unnest(vs) AS v FROM rows;
CREATE VIEW how_many AS SELECT id, cardinality(vs) AS n FROM rows;
CREATE VIEW among AS SELECT id FROM rows WHERE v = ANY (vs);
CREATE VIEW lengths AS SELECT id, array_length(vs, 1) AS n FROM rows;
