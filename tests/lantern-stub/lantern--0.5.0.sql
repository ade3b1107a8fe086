-- The stand-in's SQL objects: those of Lantern 0.5.0 that a migrated database uses.
\echo Use "CREATE EXTENSION lantern" to load this file. \quit

CREATE FUNCTION l2sq_dist(real[], real[]) RETURNS real AS 'MODULE_PATHNAME', 'stub_l2sq_dist' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION cos_dist(real[], real[]) RETURNS real AS 'MODULE_PATHNAME', 'stub_cos_dist' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION hamming_dist(integer[], integer[]) RETURNS integer AS 'MODULE_PATHNAME', 'stub_hamming_dist' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR <-> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = l2sq_dist, COMMUTATOR = '<->');
CREATE OPERATOR <=> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = cos_dist, COMMUTATOR = '<=>');
CREATE OPERATOR <+> (LEFTARG = integer[], RIGHTARG = integer[], FUNCTION = hamming_dist, COMMUTATOR = '<+>');

CREATE FUNCTION lantern_stub_handler(internal) RETURNS index_am_handler AS 'MODULE_PATHNAME', 'stub_handler' LANGUAGE C;
CREATE ACCESS METHOD lantern_hnsw TYPE INDEX HANDLER lantern_stub_handler;
COMMENT ON ACCESS METHOD lantern_hnsw IS 'stand-in for tests: answers exactly by a scan, builds no graph; not Lantern';

CREATE OPERATOR CLASS dist_l2sq_ops DEFAULT FOR TYPE real[] USING lantern_hnsw AS
    OPERATOR 2 <-> (real[], real[]) FOR ORDER BY float_ops, FUNCTION 1 l2sq_dist(real[], real[]);
CREATE OPERATOR CLASS dist_cos_ops FOR TYPE real[] USING lantern_hnsw AS
    OPERATOR 2 <=> (real[], real[]) FOR ORDER BY float_ops, FUNCTION 1 cos_dist(real[], real[]);
CREATE OPERATOR CLASS dist_hamming_ops FOR TYPE integer[] USING lantern_hnsw AS
    OPERATOR 2 <+> (integer[], integer[]) FOR ORDER BY integer_ops, FUNCTION 1 hamming_dist(integer[], integer[]);
