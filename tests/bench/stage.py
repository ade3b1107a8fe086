"""A data set made ready: its rows on the source, the target's empty tables, and the files that the limit loads."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from . import datasets
from .measure import Failed, run
from .servers import BUILD, Server, Servers

SOURCE, SHAPE, TARGET = "bench_source", "bench_shape", "bench_target"
COPY_CLIENT = BUILD / "bin/copy_client"
LANTERN_MIGRATE = BUILD / "bin/lantern-migrate"

COUNT_ROWS = """
SELECT 'SELECT coalesce(sum(n), 0) FROM (SELECT 0 AS n UNION ALL ' || string_agg(format('SELECT count(*) FROM %s', oid::regclass), ' UNION ALL ')
       || ') AS counts'
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \\gexec
"""


class Stage:
    def __init__(self, servers: Servers, dataset: datasets.Dataset, rows: int, cores: int) -> None:
        self.servers = servers
        self.dataset = dataset
        self.cores = cores
        self.scratch = servers.scratch / dataset.name
        self.scratch.mkdir(exist_ok=True)
        # ext4 looks long for an inode behind thousands of deleted files (its recently_deleted): a database of many tables is not dropped
        # before all is measured.
        self.keeps_databases = not dataset.table
        self._kept: list[tuple[Server, str]] = []
        self._target = TARGET
        servers.source.create_database(SOURCE)
        servers.source.sql(datasets.tables_sql(dataset) + datasets.rows_sql(dataset, rows), SOURCE)
        self.rows = self._count(servers.source, SOURCE)

    def close(self) -> None:
        shutil.rmtree(self.scratch)
        for server, database in self._kept:
            server.drop_database(database)
        for database in (SOURCE, "bench_empty"):
            self.servers.source.drop_database(database)
        for database in (TARGET, SHAPE):
            self.servers.target.drop_database(database)

    def source_url(self) -> str:
        return self.servers.source.url(SOURCE)

    def target_url(self) -> str:
        return self.servers.target.url(self._target)

    def make_limit(self, *connections: int) -> None:
        """What the limit needs beforehand: files in the target's form, one a connection, and tables as we make them, without keys."""
        for parts in connections:
            self._save_files(parts)
        source, target = self.servers.source, self.servers.target
        source.create_database("bench_empty")
        source.sql(datasets.tables_sql(self.dataset), "bench_empty")
        target.create_database(TARGET)
        self.migrate(source.url("bench_empty"), workers=1, name="shape")
        target.create_database(SHAPE)
        dump = run(["pg_dump", "--schema-only", "--section=pre-data", "-d", self.target_url()], self.scratch).out
        target.sql(dump, SHAPE)

    def part_queries(self, columns: str, parts: int) -> list[str]:
        table = self.dataset.table
        pages = int(self.servers.source.sql(f"SELECT pg_relation_size('{table}') / current_setting('block_size')::bigint", SOURCE))
        return [datasets.part_query(columns, table, pages_) for pages_ in datasets.page_ranges(pages, parts)]

    def files(self, parts: int) -> list[Path]:
        return sorted(self.scratch.glob(f"rows-of-{parts}-*.copy"))

    def _save_files(self, parts: int) -> None:
        arguments: list[str | Path] = [COPY_CLIENT, "save", self.source_url()]
        for number, query in enumerate(self.part_queries(self.dataset.target_columns, parts)):
            arguments += [query, self.scratch / f"rows-of-{parts}-{number}.copy"]
        saved = json.loads(run(arguments, self.scratch).out)
        if saved["rows"] != self.rows:
            raise Failed(f"{self.dataset.name}: {saved['rows']} rows saved, wanted {self.rows}")

    def job_file(self, source_url: str, name: str, settings: dict[str, Any]) -> Path:
        job: dict[str, Any] = {"name": name, "source": {"url": source_url}, "target": {"url": self.target_url()}, **settings}
        path = self.scratch / f"{name}.yaml"
        path.write_text(json.dumps(job, indent=1), encoding="utf-8")  # JSON is YAML
        return path

    def migration(self, source_url: str, name: str, settings: dict[str, Any]) -> list[str | Path]:
        """The command, with a journal of its own that is not there yet."""
        state = self.scratch / f"{name}.state"
        shutil.rmtree(state, ignore_errors=True)
        return [LANTERN_MIGRATE, "run", self.job_file(source_url, name, settings), "--state-dir", state, "--json"]

    def migrate(self, source_url: str, *, workers: int, name: str) -> None:
        run(self.migration(source_url, name, {"copy": {"workers": workers}, "verify": "off"}), self.scratch)

    def fresh_target(self, template: str = "") -> None:
        self._target = self.fresh_database(self.servers.target, TARGET, template)

    def fresh_database(self, server: Server, name: str, template: str) -> str:
        """Gives the name that it has."""
        if self.keeps_databases:
            name = f"{name}_{len(self._kept)}"
            self._kept.append((server, name))
        server.create_database(name, template)
        return name

    def drop_database(self, server: Server, name: str) -> None:
        if not self.keeps_databases:
            server.drop_database(name)

    def check_target(self, who: str) -> None:
        found = self._count(self.servers.target, self._target)
        if found != self.rows:
            raise Failed(f"{who} left {found} rows of {self.rows} on the target")

    @staticmethod
    def _count(server: Server, database: str) -> int:
        return int(server.sql(COUNT_ROWS, database))


def processors() -> int:
    return len(os.sched_getaffinity(0))
