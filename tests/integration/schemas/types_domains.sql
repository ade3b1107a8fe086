-- Domains over vectors and over other types, with checks, defaults and NOT NULL; arrays of domains.
CREATE EXTENSION vector;
CREATE DOMAIN embedding AS vector(3);
CREATE DOMAIN short AS text DEFAULT 'x' CHECK (length(VALUE) < 10) CONSTRAINT not_blank CHECK (VALUE <> '');
CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 5);
CREATE DOMAIN positive AS bigint NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN numbers AS integer[] CHECK (array_length(VALUE, 1) < 9);
COMMENT ON DOMAIN short IS 'not long';
CREATE TABLE things (id positive PRIMARY KEY, e embedding, s shorter, ss short[], n numbers, ps positive[]);
INSERT INTO things SELECT i, CASE WHEN i % 4 > 0 THEN ARRAY[i, 2, 3]::real[]::vector END, 'ab', ARRAY['a', 'b'], ARRAY[i, NULL], ARRAY[i, 1] FROM generate_series(1, 100) i;
