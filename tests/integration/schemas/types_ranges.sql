-- Built-in and own ranges and multiranges.
CREATE EXTENSION vector;
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = many_floats);
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE TABLE spans (id int PRIMARY KEY, r int4range, d daterange, t tstzrange, f float_range, fs many_floats, s text_range, m int8multirange, rs float_range[]);
INSERT INTO spans VALUES (1, '[1,5)', '(,2026-01-01)', 'empty', '[1.5,2.5]', '{[1,2],(3,4)}', '[a,"b""]"]', '{[1,2),[5,)}', '{"[1,2]",empty}'),
    (2, NULL, 'empty', '[-infinity,infinity]', '(,)', '{}', 'empty', '{}', '{}'), (3, '(,)', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE INDEX spans_r ON spans USING gist (r);
