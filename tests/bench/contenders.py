"""What runs against what. Each contender copies one data set, or says what such a copy cannot do without."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .measure import Failed, Part, run
from .stage import COPY_CLIENT, SHAPE, SOURCE, Stage

ALTERED = "bench_altered"
# Guide, step 4, for every column there is, by the catalog: its own query would join tables of the same name in other schemas.
ALTER_SQL = """
SELECT format('ALTER TABLE %s ALTER COLUMN %I TYPE real[]', a.attrelid::regclass, a.attname)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND t.typname IN ('vector', 'halfvec', 'sparsevec') \\gexec
"""


def copy_client(stage: Stage, arguments: list[str | Path]) -> Part:
    part, ended = stage.servers.measured(lambda: run([COPY_CLIENT, *arguments], stage.scratch))
    said = json.loads(ended.out)
    if said["rows"] != stage.rows:
        raise Failed(f"copy_client {arguments[0]} moved {said['rows']} rows of {stage.rows}")
    return Part(part.wall_s, said["wall_s"], part.client_cpu_s, part.source_cpu_s, part.target_cpu_s, part.peak_mib,
                {"bytes": said["bytes"]})


def limit(stage: Stage, connections: int) -> Part:
    """The target alone: it loads files made beforehand."""
    stage.fresh_target(SHAPE)
    part = copy_client(stage, ["in", stage.target_url(), stage.dataset.table, *stage.files(connections)])
    stage.check_target("limit")
    return part


def send(stage: Stage, connections: int) -> Part:
    """The source alone: it sends the rows as they are, to nowhere."""
    return copy_client(stage, ["out", stage.source_url(), *stage.part_queries("*", connections)])


def copy_facts(report: dict[str, Any]) -> dict[str, Any]:
    """What the report tells of its last copy, from `copies`, or from steps and tables where a report has none."""
    tables = report["tables"]
    facts: dict[str, Any] = {
        "bytes_read": sum(table["bytes_read"] for table in tables),
        "bytes_written": sum(table["bytes_written"] for table in tables),
        "chunks": sum(table["chunks"] for table in tables),
        "chunks_again": sum(table["chunks_repeated"] for table in tables),
        "steps_ms": {step["step"]: step["duration_ms"] for step in report["steps"]},
    }
    facts["duration_ms"] = facts["steps_ms"].get("transfer_data", 0)
    return facts | (report["copies"][-1] if report.get("copies") else {})


def ours(stage: Stage, workers: int, **settings: Any) -> Part:
    stage.fresh_target()
    command = stage.migration(stage.source_url(), "ours", {"copy": {"workers": workers}, "verify": "off", **settings})
    part, ended = stage.servers.measured(lambda: run(command, stage.scratch))
    stage.check_target("lantern-migrate")
    facts = {"workers": workers} | copy_facts(json.loads(ended.out))
    return Part(part.wall_s, facts["duration_ms"] / 1000, part.client_cpu_s, part.source_cpu_s, part.target_cpu_s, part.peak_mib, facts)


class Altered:
    """A copy of the source in which the guide's steps 4 and 5 are done. The guide and pgcopydb both need one, anew in each repetition."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._alter: Part | None = None
        self._database = ALTERED

    def url(self) -> str:
        return self._stage.servers.source.url(self._database)

    def make(self) -> Part:
        """Gives what the ALTER took; only the first call does it."""
        if self._alter is None:
            source = self._stage.servers.source
            self._database = self._stage.fresh_database(source, ALTERED, SOURCE)
            script = self._stage.scratch / "alter.sql"
            script.write_text(ALTER_SQL, encoding="utf-8")
            alter = [*source.psql(self._database), "-f", script]
            self._alter, _ = self._stage.servers.measured(lambda: run(alter, self._stage.scratch))
            source.sql("DROP EXTENSION vector", self._database)
        return self._alter

    def drop(self) -> None:
        self._alter = None
        self._stage.drop_database(self._stage.servers.source, self._database)


def guide(stage: Stage, altered: Altered) -> Part:
    """To the letter: steps 4 (ALTER), 6 (pg_dump) and 8 (psql). It makes keys and indexes as part of 8."""
    alter = altered.make()
    stage.fresh_target()
    dump = stage.scratch / "dump.sql"
    dumped, _ = stage.servers.measured(lambda: run(["pg_dump", "-Fp", "-d", altered.url(), "-f", dump], stage.scratch))
    load = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", stage.target_url(), "-f", dump]
    loaded, _ = stage.servers.measured(lambda: run(load, stage.scratch))
    dump.unlink()
    stage.check_target("the guide")
    facts = {"alter_s": alter.wall_s, "pg_dump_s": dumped.wall_s, "psql_s": loaded.wall_s}
    return with_facts(alter + dumped + loaded, facts)


def pgcopydb(stage: Stage, altered: Altered) -> Part:
    alter = altered.make()
    stage.fresh_target()
    work = stage.scratch / "pgcopydb"
    shutil.rmtree(work, ignore_errors=True)
    clone: list[str | Path] = ["pgcopydb", "clone", "--source", altered.url(), "--target", stage.target_url(), "--dir", work]
    clone += ["--use-copy-binary", "--split-tables-larger-than", "128MB"]
    clone += ["--table-jobs", str(stage.cores), "--index-jobs", str(stage.cores)]
    cloned, _ = stage.servers.measured(lambda: run(clone, stage.scratch))
    shutil.rmtree(work, ignore_errors=True)
    stage.check_target("pgcopydb")
    return with_facts(alter + cloned, {"alter_s": alter.wall_s, "clone_s": cloned.wall_s})


def with_facts(part: Part, facts: dict[str, Any]) -> Part:
    return Part(part.wall_s, part.transfer_s, part.client_cpu_s, part.source_cpu_s, part.target_cpu_s, part.peak_mib, part.facts | facts)


def contenders(stage: Stage, altered: Altered) -> dict[str, Callable[[], Part]]:
    """In the order of the first repetition. The limit and what the source can send are those of one table."""
    cores = stage.cores
    ones: dict[str, Callable[[], Part]] = {
        "limit-1": lambda: limit(stage, 1),
        "send-1": lambda: send(stage, 1),
        "ours-1": lambda: ours(stage, 1),
        "limit-N": lambda: limit(stage, cores),
        "send-N": lambda: send(stage, cores),
        "ours-N": lambda: ours(stage, cores),
        "guide": lambda: guide(stage, altered),
        "pgcopydb": lambda: pgcopydb(stage, altered),
    }
    if stage.dataset.table:
        return ones
    return {name: run_it for name, run_it in ones.items() if not name.startswith(("limit", "send"))}


def rotated(names: list[str], repetition: int) -> list[str]:
    """No contender always comes first, or after the same one's disk writes more often than it must."""
    start = repetition % len(names)
    return names[start:] + names[:start]
