-- What an application on pgvector has, and what rewriting_cases.cpp asks of it.
CREATE EXTENSION vector;

CREATE TABLE items (
    id integer PRIMARY KEY,
    name text NOT NULL,
    category text,
    price numeric(10, 2),
    made date,
    v vector(3),
    u vector(4),
    h halfvec(3),
    s sparsevec(6),
    b bit(8),
    raw text,
    tags text[],
    doc jsonb,
    place point
);
INSERT INTO items
SELECT i, 'item ' || i, (ARRAY['a', 'b', 'c', NULL])[1 + i % 4], i * 0.37, date '2026-01-01' + i,
       CASE WHEN i % 17 <> 0 THEN ARRAY[sin(i) * 10, cos(i * 1.7) * 10, sin(i * 0.3) * 10 + i % 10]::real[]::vector END,
       l2_normalize(ARRAY[sin(i * 1.1), cos(i * 2.3), sin(i * 0.7), 1.5 + cos(i)]::real[]::vector),
       ARRAY[cos(i) * 4, sin(i * 2.1) * 4, i % 13 - 6]::real[]::halfvec(3),
       CASE WHEN i % 5 <> 0 THEN ('{1:' || i % 9 + 1 || ',' || 2 + i % 4 || ':' || (i % 7 + 1) / 2.0 || ',6:-0.5}/6')::sparsevec END,
       (i * 37 % 256)::bit(8),
       '[' || i || ',' || i % 5 || ', ' || i * 0.25 || ']', ARRAY['t' || i % 3, 't' || i % 5],
       jsonb_build_object('v', '[' || i % 7 || ',2,3]', 'n', i), point(i % 20, i % 30)
FROM generate_series(1, 300) i;
-- Duplicates, and vectors of zeros, which every distance but the cosine's knows.
UPDATE items SET v = (SELECT v FROM items o WHERE o.id = items.id - 1) WHERE id % 30 = 0;
INSERT INTO items (id, name, v, h) VALUES (301, 'zeros', '[0,0,0]', '[0,0,0]'), (302, '[1,2,3]', '[1,2,3]', '[1,2,3]'),
       (303, 'large', '[1e30,-1e30,1e-30]', '[65504,-65504,6e-8]');
CREATE INDEX items_v_l2 ON items USING hnsw (v vector_l2_ops);
CREATE INDEX items_u_cosine ON items USING hnsw (u vector_cosine_ops);
CREATE INDEX items_h_l2 ON items USING hnsw (h halfvec_l2_ops);
CREATE INDEX items_category ON items (category);

CREATE TABLE chunks (
    id integer PRIMARY KEY,
    item_id integer REFERENCES items,
    body text,
    embedding vector(5) NOT NULL DEFAULT '[0,0,0,0,1]',
    loose vector,
    several vector[]
);
INSERT INTO chunks
SELECT i, 1 + i % 150, 'chunk ' || i, ARRAY[sin(i), cos(i), sin(i * 3), cos(i * 5), i / 100.0]::real[]::vector,
       CASE WHEN i % 3 <> 0 THEN ARRAY[i, i % 7, i % 11]::vector END,
       CASE WHEN i % 4 <> 0 THEN ARRAY[ARRAY[i, 1]::vector, '[2,3]'::vector] END
FROM generate_series(1, 200) i;
CREATE INDEX chunks_cosine ON chunks USING ivfflat (embedding vector_cosine_ops) WITH (lists = 1);
CREATE INDEX chunks_partial ON chunks USING hnsw (embedding vector_l2_ops) WHERE item_id < 100;
CREATE INDEX chunks_cast ON chunks USING hnsw ((loose::vector(3)) vector_l2_ops) WHERE loose IS NOT NULL;

CREATE SCHEMA app;
CREATE TABLE app.users (id integer PRIMARY KEY, email text UNIQUE, taste vector(3) DEFAULT '[0,0,1]', seen timestamp);
INSERT INTO app.users SELECT i, 'u' || i || '@example.org', ARRAY[i, 10 - i, i % 3]::vector, '2026-01-01' FROM generate_series(1, 20) i;

CREATE VIEW item_distances AS SELECT id, name, v, v <-> '[1,2,3]' AS distance, h FROM items WHERE v IS NOT NULL;
CREATE VIEW averages AS SELECT category, avg(v) AS centre, count(*) AS n FROM items WHERE id < 300 GROUP BY category;
CREATE FUNCTION similarity(a vector, b vector) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT 1 - (a <=> b)';
CREATE FUNCTION centre_of(c text) RETURNS vector LANGUAGE sql STABLE AS 'SELECT avg(v) FROM items WHERE category = c AND id < 300';
CREATE FUNCTION nearest(q vector(3), n integer DEFAULT 5) RETURNS SETOF items LANGUAGE sql STABLE
    AS 'SELECT * FROM items WHERE v IS NOT NULL ORDER BY v <-> q, id LIMIT n';
CREATE FUNCTION match_items(query_embedding vector(3), match_threshold double precision, match_count integer)
    RETURNS TABLE (id integer, embedding vector, similarity double precision) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT items.id, items.v::vector, 1 - (items.v <=> query_embedding) FROM items
        WHERE items.id < 300 AND 1 - (items.v <=> query_embedding) > match_threshold
        ORDER BY items.v <=> query_embedding, items.id LIMIT match_count;
END $$;
