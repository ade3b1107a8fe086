-- Counts and order-independent hashes over the rows as text; vectors as real[]. Its twin for the target has no casts to make.
SELECT 'words', count(*), sum(hashtextextended(ROW(id, rank, word, embedding::real[], added)::text, 0)) FROM words;
SELECT 'halves', count(*), sum(hashtextextended(ROW(word_id, embedding::real[])::text, 0)) FROM halves;
SELECT 'Word Pairs', count(*), sum(hashtextextended(ROW("from", "to", note)::text, 0)) FROM "Word Pairs";
SELECT 'frequent', count(*), sum(hashtextextended(ROW(id, word, embedding::real[])::text, 0)) FROM frequent;
SELECT 'next id', last_value, is_called FROM words_id_seq;
