"""How long the plan of a large schema takes, beside pg_dump --schema-only of the same database, by turns.

    python3 -m bench.plan [--tables N] [--rounds N] [--json FILE]

Each table has a key, two ordinary indexes and a vector index. Judges nothing: machines differ.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .servers import BUILD, Servers, make_scratch

SOURCE_SQL = """
SELECT format('CREATE TABLE t%s (id int PRIMARY KEY, a int, b text, v vector(8));'
  'CREATE INDEX t%s_a ON t%s (a); CREATE INDEX t%s_b ON t%s (b, a); CREATE INDEX t%s_v ON t%s USING hnsw (v vector_l2_ops);', i, i, i, i, i, i, i)
FROM generate_series({first}, {last}) i
"""
TABLES_A_TRANSACTION = 500


def seconds(command: list[str | Path]) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def fill(servers: Servers, tables: int) -> None:
    servers.source.create_database("app")
    servers.source.sql("CREATE EXTENSION vector", "app")
    for first in range(1, tables + 1, TABLES_A_TRANSACTION):
        last = min(first + TABLES_A_TRANSACTION - 1, tables)
        servers.source.sql(servers.source.sql(SOURCE_SQL.format(first=first, last=last), "app"), "app")
    servers.source.sql("ANALYZE", "app")
    servers.target.create_database("app")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    scratch = make_scratch()
    with Servers(scratch, BUILD) as servers:
        fill(servers, given.tables)
        source, target = servers.source.url("app"), servers.target.url("app")
        job = scratch / "job.yaml"
        job.write_text(f"source: {{url: '{source}'}}\ntarget: {{url: '{target}'}}\n", encoding="utf-8")
        ways: dict[str, list[str | Path]] = {
            "pg_dump": ["pg_dump", "--schema-only", source],
            "plan": [BUILD / "bin/lantern-migrate", "plan", job],
        }
        took: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(given.rounds + 1):
            for way, command in ways.items():
                took[way].append(seconds(command))
            if number == 0:
                took = {way: [] for way in ways}  # it warmed the caches
            else:
                print(f"round {number}: pg_dump {took['pg_dump'][-1]:.2f} s, plan {took['plan'][-1]:.2f} s", flush=True)
        figures = {way: statistics.median(times) for way, times in took.items()}
        figures["ratio"] = statistics.median(plan / dump for plan, dump in zip(took["plan"], took["pg_dump"], strict=True))
    shutil.rmtree(scratch)
    print(json.dumps(figures, indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
