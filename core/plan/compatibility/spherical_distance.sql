-- needs: inner_product
-- object: function pgvector_compat.spherical_distance(real[], real[])
-- pgvector: vector_spherical_distance(vector, vector), a support function of its indexes: the angle between unit vectors, 1 for 180
-- degrees.
CREATE OR REPLACE FUNCTION pgvector_compat.spherical_distance(a real[], b real[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT pg_catalog.acos(LEAST(GREATEST(pgvector_compat.inner_product(a, b), -1), 1)) / pg_catalog.pi()
$$;
