-- sparsevec becomes a dense array: none set, all set, the widest that an array gets.
CREATE EXTENSION vector;
CREATE TABLE sparse (id int PRIMARY KEY, s sparsevec(5), u sparsevec, w sparsevec(16000));
INSERT INTO sparse VALUES (1, '{}/5', '{1:2}/3', '{16000:1.5}/16000'), (2, '{1:1,2:-2,3:3,4:4,5:1e-45}/5', '{}/9', NULL), (3, NULL, NULL, '{1:1,8000:-0.25}/16000');
