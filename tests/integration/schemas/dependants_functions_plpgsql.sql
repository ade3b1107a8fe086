-- Functions in PL/pgSQL: the SQL in their bodies is rewritten in its place; comments and layout stay.
-- rewritten: function public.by_cursor(real[])
-- rewritten: function public.checked(real[])
-- rewritten: function public.class(real[])
-- rewritten: function public.counted(real[])
-- rewritten: function public.move_all(real[],integer)
-- rewritten: function public.nearest(real[],integer)
-- rewritten: function public.of_row(public.items)
-- rewritten: function public.path_length()
-- rewritten: function public.search(real[],integer)
-- rewritten: function public.through_fields(integer)
-- same: SELECT id, round(d::numeric, 4) FROM search((SELECT v FROM items WHERE id = 7), 10)
-- same: SELECT id, class(v) FROM items ORDER BY id
-- same: SELECT round(path_length()::numeric, 4)
-- same: SELECT nearest((SELECT v FROM items WHERE id = 7), 7)
-- same: SELECT round(of_row(items)::numeric, 4) FROM items ORDER BY id
-- same: SELECT counted((SELECT v FROM items WHERE id = 3))
-- same: SELECT id, round(d::numeric, 4) FROM by_cursor((SELECT v FROM items WHERE id = 7)) ORDER BY id
-- same: SELECT checked((SELECT v FROM items WHERE id = 7))
-- same: SELECT round(through_fields(8)::numeric, 4)
-- same: SELECT quiet()
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(3));
INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
CREATE FUNCTION search(query vector(3), n int DEFAULT 5) RETURNS TABLE (id int, d double precision) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  -- nearest <-> first
  RETURN QUERY
    SELECT id, v <-> query  /* the distance <-> */
    FROM items
    ORDER BY v <-> query, id LIMIT n;
END $$;
CREATE FUNCTION class(q vector) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  middle CONSTANT vector(3) := '[3,1,2]';
  d double precision DEFAULT q <-> middle;
BEGIN
  IF d < 3 THEN RETURN 'near';
  ELSIF q <-> middle < 6 THEN RETURN 'far';
  END IF;
  CASE WHEN q <=> '[1,1,1]' < 0.5 THEN RETURN 'along'; ELSE NULL; END CASE;
  RETURN 'out of sight';
END $$;
CREATE FUNCTION path_length() RETURNS double precision LANGUAGE plpgsql STABLE AS $$
DECLARE
  r record;
  before vector;
  total double precision := 0;
BEGIN
  FOR r IN SELECT v FROM items ORDER BY id LOOP
    IF before IS NOT NULL THEN total := total + (r.v <-> before); END IF;
    before := r.v;
  END LOOP;
  RETURN total;
END $$;
CREATE FUNCTION nearest(q vector, except_id int, OUT nearest_id int, OUT is_near boolean) LANGUAGE plpgsql STABLE AS $$
DECLARE found_v vector;
BEGIN
  SELECT id, v INTO STRICT nearest_id, found_v FROM items WHERE id <> except_id ORDER BY v <-> q, id LIMIT 1;
  SELECT found_v <-> q < 0.5 INTO is_near;
END $$;
CREATE FUNCTION of_row(i items) RETURNS double precision LANGUAGE plpgsql STABLE AS 'BEGIN RETURN i.v <-> ''[1,2,3]''; END';
CREATE FUNCTION counted(q vector) RETURNS int LANGUAGE plpgsql AS $$
DECLARE n int := 0;
BEGIN
  WHILE (SELECT count(*) FROM items WHERE v <-> q < n) < 20 LOOP
    n := n + 1;
    EXIT WHEN q <-> '[0,0,0]' > 1000;
  END LOOP;
  PERFORM l2_distance(v, q) FROM items;
  RETURN n;
END $$;
CREATE FUNCTION by_cursor(q vector) RETURNS TABLE (id int, d double precision) LANGUAGE plpgsql STABLE AS $$
DECLARE
  near CURSOR (p vector, n int) FOR SELECT i.id, i.v <-> p AS d FROM items i ORDER BY i.v <-> p, i.id LIMIT n;
  r record;
BEGIN
  FOR r IN near(q, 3) LOOP id := r.id; d := r.d; RETURN NEXT; END LOOP;
  FOR r IN near(n := 1, p := '[100,100,100]'::vector) LOOP id := r.id + 1000; d := r.d; RETURN NEXT; END LOOP;
END $$;
CREATE FUNCTION checked(q vector) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  ASSERT vector_dims(q) = 3, 'three';
  BEGIN
    RAISE EXCEPTION 'at % <-> %', round((q <-> '[0,0,0]')::numeric, 3), '<->' USING ERRCODE = 'P0001';
  EXCEPTION WHEN raise_exception THEN
    RETURN SQLERRM || ' := ' || (q <-> '[0,0,0]' < 5);
  END;
END $$;
CREATE FUNCTION through_fields(wanted int) RETURNS double precision LANGUAGE plpgsql STABLE AS $$
DECLARE one items%ROWTYPE; other items; v items.v%TYPE;
BEGIN
  SELECT * INTO one FROM items WHERE id = wanted;
  other.v := '[1,2,3]'::vector;
  v := one.v + other.v;
  RETURN v <-> '[0,0,0]'::vector(3);
END $$;
CREATE FUNCTION quiet() RETURNS text LANGUAGE plpgsql AS $$ DECLARE vector text := 'é <-> [1,2,3]'; BEGIN RETURN vector || '::vector'; END $$;
CREATE PROCEDURE move_all(q vector, INOUT moved int) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE items SET v = v + q WHERE v <-> q > 100000;
  GET DIAGNOSTICS moved = ROW_COUNT;
  COMMIT;
END $$;
