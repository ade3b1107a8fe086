-- needs: inner_product
-- object: function pgvector_compat.negative_inner_product(real[], real[])
-- pgvector: vector_negative_inner_product(vector, vector), the operator <#>.
CREATE OR REPLACE FUNCTION pgvector_compat.negative_inner_product(a real[], b real[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT -pgvector_compat.inner_product(a, b)
$$;
