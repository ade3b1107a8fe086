-- Collations of ICU, also nondeterministic, on columns, indexes, domains and keys.
CREATE EXTENSION vector;
CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk');
CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN word AS text COLLATE no_case;
CREATE TABLE words (w text COLLATE no_case PRIMARY KEY, g text COLLATE german, c text COLLATE "C", d word, v vector(2));
INSERT INTO words SELECT 'Word ' || i, 'Ärger ' || i, 'C' || i, 'd', ARRAY[i, 1]::real[]::vector FROM generate_series(1, 80) i;
CREATE INDEX words_g ON words (g COLLATE "C" text_pattern_ops, lower(c) COLLATE german DESC);
COMMENT ON COLLATION german IS 'as in a phone book';
