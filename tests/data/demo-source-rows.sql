-- Behind the load of words-10k.tsv: the other tables' rows, then the indexes.
INSERT INTO words (rank, word, embedding) SELECT rank, word, embedding FROM load ORDER BY rank;
DROP TABLE load;
INSERT INTO halves SELECT id, CASE WHEN id % 50 <> 0 THEN embedding::halfvec(100) END FROM words WHERE rank <= 2000;
INSERT INTO "Word Pairs" SELECT id, id + 1, CASE WHEN id % 3 = 0 THEN '' WHEN id % 3 = 1 THEN E'tab\tand "quotes"' END FROM words WHERE id < 1000;
CREATE INDEX words_l2 ON words USING hnsw (embedding vector_l2_ops) WITH (m = 16, ef_construction = 64);
CREATE INDEX words_cosine ON words USING hnsw (embedding vector_cosine_ops);
CREATE INDEX words_ivfflat ON words USING ivfflat (embedding vector_l2_ops) WITH (lists = 50);
CREATE INDEX "Words: frequent" ON words USING hnsw (embedding vector_cosine_ops) WHERE rank <= 1000;
CREATE INDEX halves_l2 ON halves USING hnsw (embedding halfvec_l2_ops);
CREATE INDEX words_word ON words (word);
ANALYZE;
