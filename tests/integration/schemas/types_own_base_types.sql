-- Base types of one's own, as PostGIS has: with send and receive functions, and without, so that the table goes as text.
CREATE EXTENSION vector;
CREATE TYPE shape;
CREATE FUNCTION shape_in(cstring) RETURNS shape LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION shape_out(shape) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION shape_recv(internal) RETURNS shape LANGUAGE internal STABLE STRICT AS 'textrecv';
CREATE FUNCTION shape_send(shape) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
CREATE TYPE shape (INPUT = shape_in, OUTPUT = shape_out, RECEIVE = shape_recv, SEND = shape_send, STORAGE = extended, INTERNALLENGTH = VARIABLE);
CREATE TYPE words;
CREATE FUNCTION words_in(cstring) RETURNS words LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION words_out(words) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE words (INPUT = words_in, OUTPUT = words_out, STORAGE = extended, INTERNALLENGTH = VARIABLE);
CREATE TABLE shapes (id int PRIMARY KEY, s shape, ss shape[], v vector(2));
CREATE TABLE spoken (id int PRIMARY KEY, w words, ws words[], v vector(2), h halfvec(2), s sparsevec(3), r regclass);
INSERT INTO shapes VALUES (1, 'round', '{a,"b,c",NULL}', '[1,2]'), (2, '', '{}', NULL), (3, NULL, NULL, '[3,4]');
INSERT INTO spoken VALUES (1, E'a\tb\n\\N', '{"a\tb",NULL}', '[1,2]', '[0.5,1]', '{2:1}/3', 'shapes'), (2, '', NULL, NULL, NULL, NULL, NULL), (3, NULL, '{}', '[3e-40,1]', '[1,1]', '{}/3', 'pg_class');
