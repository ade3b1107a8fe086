"""The data sets: their tables on the source, and the SQL that fills them there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WORDS_FILE = Path(__file__).resolve().parents[1] / "data/words-10k.tsv.zst"

# Rows in the full run and in the quick one. Full: the limit takes 2 to 3 seconds on a small machine.
ROWS = {
    "docs": (40_000, 500),
    "words": (550_000, 10_000),
    "wide": (65_000, 3_000),
    "narrow": (4_500_000, 50_000),
    "many": (2_000, 100),  # tables, of 20 rows each
    "size_small": (10_000, 200),
    "size_large": (100_000, 2_000),
}


@dataclass(frozen=True)
class Dataset:
    name: str
    table: str  # empty: many
    tables: str  # SQL: the tables without rows
    rows: str  # SQL: fills them; {rows} is replaced
    target_columns: str = "*"  # as the target has them


def pool(dimensions: int, vector: str) -> str:
    """Vectors for rows to take in turn: making one for each row would take longer than all measurements."""
    return f"""
SELECT setseed(0.5);
CREATE TEMP TABLE pool AS
    SELECT g AS id, (SELECT array_agg(random()::real - 0.5::real) FROM generate_series(1, {dimensions}) WHERE g IS NOT NULL)::{vector} AS embedding
    FROM generate_series(0, 999) g;
ANALYZE pool;
"""


DOCS = Dataset(
    name="docs",
    table="docs",
    tables="""
CREATE TABLE docs (
    id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz,
    embedding vector(1536));
""",
    rows=pool(1536, "vector(1536)")
    + """
INSERT INTO docs
    SELECT g, 'Document ' || g || ': ' || left(md5(g::text), 16),
           (SELECT string_agg(md5((g * 9 + k)::text), ' ') FROM generate_series(1, 9) k),
           timestamptz '2024-01-01 00:00:00Z' + g * interval '61 seconds',
           CASE WHEN g % 3 = 0 THEN timestamptz '2025-01-01 00:00:00Z' + g * interval '7.25 seconds' END,
           embedding
    FROM generate_series(1, {rows}) g JOIN pool ON pool.id = g % 1000;
""",
    target_columns="id, title, body, created_at, updated_at, embedding::real[]",
)

WORDS = Dataset(
    name="words",
    table="words",
    tables="CREATE TABLE words (rank integer PRIMARY KEY, word text NOT NULL, embedding vector(100));\n",
    rows="""
CREATE TEMP TABLE pool (rank integer, word text, embedding vector(100));
\\copy pool FROM PROGRAM 'zstd -dcq "{words_file}"'
INSERT INTO words
    SELECT round * 10000 + rank, CASE round WHEN 0 THEN word ELSE word || '-' || round END, embedding
    FROM generate_series(0, ({rows} - 1) / 10000) round, pool
    WHERE round * 10000 + rank <= {rows}
    ORDER BY 1;
""",
    target_columns="rank, word, embedding::real[]",
)

WIDE = Dataset(
    name="wide",
    table="wide",
    tables="""
CREATE TABLE wide (
    id uuid PRIMARY KEY, number integer NOT NULL, large bigint, amount numeric(12, 2), note text, code varchar(20), active boolean NOT NULL,
    born date, seen_at timestamptz, happened_at timestamp, lasted interval, details jsonb, labels text[], counts integer[], address inet,
    payload bytea, ratio double precision, share real, small smallint, daily time, other uuid,
    embedding halfvec(768));
""",
    rows=pool(768, "halfvec(768)")
    + """
INSERT INTO wide
    SELECT md5(g::text)::uuid, g, g * 1000003::bigint, (g % 1000000) / 100.0, left(md5((g + 1)::text) || md5((g + 2)::text), 20 + g % 40),
           'C-' || g, g % 2 = 0, date '1970-01-01' + g % 20000, timestamptz '2024-01-01 00:00:00Z' + g * interval '1 second',
           timestamp '2023-01-01 00:00:00' + g * interval '13 seconds', g % 5000 * interval '1 minute',
           jsonb_build_object('n', g, 'name', md5(g::text), 'flags', jsonb_build_array(g % 2 = 0, g % 3 = 0)),
           ARRAY['red', md5((g % 100)::text), NULL], ARRAY[g, g + 1, g % 7],
           inet '10.0.0.0' + g % 16000000, decode(md5((g + 3)::text), 'hex'), g / 7.0, (g % 1000) / 3.0, (g % 30000)::smallint,
           time '00:00' + g % 86400 * interval '1 second', CASE WHEN g % 4 <> 0 THEN md5((g + 4)::text)::uuid END,
           embedding
    FROM generate_series(1, {rows}) g JOIN pool ON pool.id = g % 1000;
""",
    target_columns="""id, number, large, amount, note, code, active, born, seen_at, happened_at, lasted, details, labels, counts, address,
        payload, ratio, share, small, daily, other, embedding::real[]""",
)

NARROW = Dataset(
    name="narrow",
    table="narrow",
    tables="CREATE TABLE narrow (id bigint PRIMARY KEY, a integer NOT NULL, b integer, c bigint, d smallint, e integer);\n",
    rows="""
INSERT INTO narrow
    SELECT g, g % 1000, CASE WHEN g % 10 <> 0 THEN g * 7 % 1000003 END, g * 1000003, (g % 30000)::smallint, g / 3
    FROM generate_series(1::bigint, {rows}) g;
""",
)

MANY = Dataset(
    name="many",
    table="",
    tables="",
    rows="""
DO $$
BEGIN
    FOR t IN 1..{rows} LOOP
        EXECUTE format('CREATE TABLE many_%s (id bigint PRIMARY KEY, note text, embedding vector(3))', t);
        EXECUTE format('INSERT INTO many_%s SELECT g, md5(g::text), format(''[%%s,%%s,%%s]'', g, g + 1, g * 0.5)::vector'
                       ' FROM generate_series(1, 20) g', t);
        -- Locks are held to the transaction's end, and the server has room for some thousand.
        IF t % 100 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
""",
)

DATASETS = {dataset.name: dataset for dataset in (DOCS, WORDS, WIDE, NARROW, MANY)}


def tables_sql(dataset: Dataset) -> str:
    return "CREATE EXTENSION vector;\n" + dataset.tables


def rows_sql(dataset: Dataset, rows: int) -> str:
    return dataset.rows.replace("{rows}", str(rows)).replace("{words_file}", str(WORDS_FILE)) + "\nVACUUM (FREEZE, ANALYZE);\n"


def page_ranges(pages: int, parts: int) -> list[tuple[int, int]]:
    """`parts` runs of about equally many pages, the last one open to what may follow; fewer where there are fewer pages."""
    parts = max(1, min(parts, pages))
    bounds = [pages * part // parts for part in range(parts)] + [2**32 - 1]
    return list(zip(bounds, bounds[1:]))


def part_query(columns: str, table: str, pages: tuple[int, int]) -> str:
    return f"SELECT {columns} FROM {table} WHERE ctid >= '({pages[0]},0)' AND ctid < '({pages[1]},0)'"
