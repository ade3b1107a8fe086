-- For the kills at random moments; the rows of `words` are loaded behind it.
CREATE EXTENSION vector;
CREATE TABLE words (rank integer PRIMARY KEY, word text NOT NULL, embedding vector(100) NOT NULL);
CREATE TABLE halves (rank integer PRIMARY KEY REFERENCES words (rank), embedding halfvec(100));
CREATE TABLE "Word Pairs" ("from" integer NOT NULL REFERENCES words (rank), "to" integer NOT NULL REFERENCES words (rank), note text, PRIMARY KEY ("from", "to"));
