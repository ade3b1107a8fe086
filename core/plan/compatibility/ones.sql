-- needs:
-- object: function pgvector_compat.ones(bit)
-- Not of pgvector's interface: how many bits are set. bit_count is of PostgreSQL 14.
CREATE OR REPLACE FUNCTION pgvector_compat.ones(bits "bit") RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.current_setting('server_version_num')::integer >= 140000 THEN
        RETURN pg_catalog.bit_count(bits);
    END IF;
    RETURN pg_catalog.length(pg_catalog.replace(bits::text, '0', ''));
END
$$;
