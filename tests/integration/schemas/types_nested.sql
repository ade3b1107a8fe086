-- Vectors inside of composites, ranges, multiranges, and arrays and domains of them.
-- same: SELECT id, (p).note, (p).n FROM held ORDER BY id
-- target: SELECT (p).v::text || (ps[1]).v::text || (d).v::text FROM held WHERE id = 1 => {1,2}{1,2}{1,2}
-- target: SELECT lower(r)::text || upper(r)::text || lower(m)::text FROM spans_held WHERE id = 1 => {1,1}{1,2}{1,1}
CREATE EXTENSION vector;
CREATE TYPE pair AS (v vector(2), note text, n int);
CREATE DOMAIN named_pair AS pair CHECK ((VALUE).note <> 'bad');
CREATE TYPE span AS RANGE (subtype = vector, multirange_type_name = spans);
CREATE TABLE held (id int PRIMARY KEY, p pair, ps pair[], d named_pair);
INSERT INTO held SELECT i, q, ARRAY[q, NULL, q], q FROM generate_series(1, 50) i, LATERAL (SELECT ROW(ARRAY[i, 2]::real[]::vector, 'n' || i, i)::pair AS q) x;
INSERT INTO held VALUES (51, NULL, '{}', NULL), (52, ROW(NULL, 'none', NULL), ARRAY[NULL]::pair[], ROW(NULL, '', NULL));
CREATE TABLE spans_held (id int PRIMARY KEY, r span, m spans);
INSERT INTO spans_held SELECT i, span('[1,1]', ARRAY[1, i + 1]::real[]::vector), spans(span('[1,1]', '[1,2]'), span('[3,1]', NULL)) FROM generate_series(1, 20) i;
INSERT INTO spans_held VALUES (21, 'empty', '{}'), (22, NULL, NULL);
