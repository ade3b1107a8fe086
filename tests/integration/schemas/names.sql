-- Names that need quotes, are as long as can be, are keywords, or are the same in two schemas.
CREATE EXTENSION vector;
CREATE SCHEMA "Select";
CREATE SCHEMA "schéma; DROP";
CREATE TABLE "Select"."table" ("order" int PRIMARY KEY, "Vector Column" vector(2), "a""b" text, "c'd" text, "f\g" text);
CREATE TABLE public."table" ("order" text, "Vector Column" vector(3));
CREATE TABLE "schéma; DROP"."table" ("order" int, "%s" vector(4), "naïve" halfvec(2));
CREATE TABLE "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt" ("vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv" vector(2), "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvw" vector(2));
INSERT INTO "Select"."table" SELECT i, ARRAY[i, 1]::real[]::vector, 'x', 'y', E'\\.' FROM generate_series(1, 20) i;
INSERT INTO public."table" SELECT '\.', ARRAY[i, 1, 1]::real[]::vector FROM generate_series(1, 30) i;
INSERT INTO "schéma; DROP"."table" SELECT i, ARRAY[i, 1, 1, 1]::real[]::vector, '[1,2]' FROM generate_series(1, 40) i;
INSERT INTO "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt" SELECT ARRAY[i, 1]::real[]::vector, '[1,2]' FROM generate_series(1, 10) i;
CREATE INDEX "Items; DROP" ON "Select"."table" USING hnsw ("Vector Column" vector_l2_ops);
CREATE INDEX "table_idx" ON public."table" USING hnsw ("Vector Column" vector_cosine_ops);
CREATE INDEX "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" ON "schéma; DROP"."table" USING hnsw ("%s" vector_l2_ops);
