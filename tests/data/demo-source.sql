-- The demo's source: what a small real pgvector database has in it.
CREATE EXTENSION vector;
CREATE TABLE load (rank integer, word text, embedding vector(100));
CREATE TABLE words (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rank integer NOT NULL UNIQUE,
    word text NOT NULL,
    embedding vector(100) NOT NULL,
    added timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE words IS 'English words by frequency; vectors: GloVe 6B, 100 dimensions (PDDL 1.0)';
CREATE TABLE halves (
    word_id bigint PRIMARY KEY REFERENCES words (id),
    embedding halfvec(100)
);
-- A name that needs quotes, and pairs of words by foreign keys.
CREATE TABLE "Word Pairs" (
    "from" bigint NOT NULL REFERENCES words (id),
    "to" bigint NOT NULL REFERENCES words (id),
    note text,
    PRIMARY KEY ("from", "to")
);
CREATE VIEW frequent AS SELECT id, word, embedding FROM words WHERE rank <= 100;
