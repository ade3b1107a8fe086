-- The twin of demo-compare-source.sql for the target, whose vectors are real[] already.
SELECT 'words', count(*), sum(hashtextextended(ROW(id, rank, word, embedding, added)::text, 0)) FROM words;
SELECT 'halves', count(*), sum(hashtextextended(ROW(word_id, embedding)::text, 0)) FROM halves;
SELECT 'Word Pairs', count(*), sum(hashtextextended(ROW("from", "to", note)::text, 0)) FROM "Word Pairs";
SELECT 'frequent', count(*), sum(hashtextextended(ROW(id, word, embedding)::text, 0)) FROM frequent;
SELECT 'next id', last_value, is_called FROM words_id_seq;
