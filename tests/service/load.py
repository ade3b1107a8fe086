"""How much watching costs a copy: the same job by turns alone and with 200 clients that poll and 50 that follow its events; whether 10,000
malformed requests stop or slow it; and what 500 queued jobs take.

    python3 -m service.load [--only PART] [--pairs N] [--rows N] [--jobs N] [--json FILE]

Prints the ratio of the copy's rate disturbed to its rate undisturbed, paired in turn, with each pair's. Judges nothing: machines differ.

Malformed requests are sent one behind another, as fast as the daemon takes them, until the copy ends or 10,000 are sent.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("LANTERN_BUILD", str(Path(__file__).resolve().parents[2] / "build/release"))

from bench.servers import Servers, make_scratch  # noqa: E402

from .rig import BUILD, LANTERN_MIGRATED, Daemon, Failed, eventually  # noqa: E402

SOURCE_SQL = """
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, body text NOT NULL, embedding vector(384));
ALTER TABLE docs ALTER embedding SET STORAGE PLAIN;
INSERT INTO docs SELECT i, repeat('body of the document ', 10), (SELECT array_agg(random()::real) FROM generate_series(1, 384) WHERE i > 0)::vector
  FROM generate_series(1, least({rows}, 20000)) i;
INSERT INTO docs SELECT 20000 * n + d.id, d.body, d.embedding FROM generate_series(1, {rows} / 20000 - 1) n, docs d WHERE d.id <= 20000;
"""


class Load:
    def __init__(self, servers: Servers, daemon: Daemon) -> None:
        self.servers = servers
        self.daemon = daemon
        self._number = 0

    def job(self, name: str, tables: str) -> None:
        self.servers.target.create_database(name)
        source, target = self.servers.source.url("app"), self.servers.target.url(name)
        self.daemon.drop(name, {"source": {"url": source}, "target": {"url": target}, "tables": {"include": [tables]}, "verify": "off", "copy": {"workers": 2}})

    def copy(self, disturb: list[str | Path] | None) -> float:
        """Rows a second of one job."""
        self._number += 1
        name = f"copy{self._number}"
        for server in (self.servers.source, self.servers.target):
            server.sql("CHECKPOINT", "postgres")
        self.job(name, "public.docs")
        eventually(lambda: self.daemon.status(name)["progress"].get("rows", 0) > 0, "the copy's first rows")
        if disturb:
            process = subprocess.Popen([*disturb, name], start_new_session=True)
            self.daemon.await_disposition(name, "done")
            process.terminate()
            process.wait(60)
        else:
            self.daemon.await_disposition(name, "done")
        run = self.daemon.ask("GET", f"/v1/jobs/{name}/report").json()["copies"][-1]
        self.servers.target.drop_database(name)
        return run["rows"] / run["duration_ms"] * 1000


def watcher(daemon: Daemon) -> list[str | Path]:
    code = (
        "import sys, signal; from service import pollers; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); "
        "pollers.run(sys.argv[1], sys.argv[2], 600, 200, 50)"
    )
    return [sys.executable, "-c", code, daemon.socket]


def malformer(path: Path) -> list[str | Path]:
    return [sys.executable, "-c", "import sys; from service import load; load.malform(sys.argv[1], 10_000)", path]


def malform(path: str, count: int) -> None:
    chance = random.Random(7)
    good = b"POST /v1/jobs/words/pause?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc"
    for sent in range(count):
        if sent == count - 1 or sent % 500 == 499:
            print(f"{sent + 1} malformed requests", flush=True)
        data = bytearray(good[: chance.randint(1, len(good))])
        for _ in range(chance.randint(0, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.02:
            data += b"a" * 100_000
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(path)
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass  # it had enough of us


def paired(load: Load, disturb: list[str | Path], pairs: int, what: str) -> dict[str, Any]:
    ratios, rates = [], []
    for number in range(pairs):
        ways = [None, disturb] if number % 2 == 0 else [disturb, None]
        measured = {way is disturb: load.copy(way) for way in ways}
        ratios.append(measured[True] / measured[False])
        rates.append(measured[False])
        print(f"{what}: pair {number + 1}: {measured[True]:,.0f} rows/s, without it {measured[False]:,.0f} rows/s, ratio {ratios[-1]:.3f}", flush=True)
    return {"rows_per_s_undisturbed": statistics.median(rates), "ratio": statistics.median(ratios), "ratios": ratios}


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def malformed(load: Load, pairs: int) -> dict[str, Any]:
    figures = paired(load, malformer(load.daemon.socket), pairs, "malformed")
    before = cpu_s(load.daemon.pid)
    began = time.monotonic()
    malform(str(load.daemon.socket), 10_000)
    figures["ten_thousand_to_an_idle_daemon"] = {"wall_s": time.monotonic() - began, "daemon_cpu_s": cpu_s(load.daemon.pid) - before}
    figures["answers_afterwards"] = load.daemon.ask("GET", "/v1/jobs").status
    return figures


def memory_mib(pid: int) -> dict[str, float]:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines())
    return {name: int(fields[key].split()[0]) / 1024 for name, key in (("now", "VmRSS"), ("peak", "VmHWM"))}


def many_jobs(servers: Servers, scratch: Path, count: int) -> dict[str, Any]:
    """A daemon that finds 500 jobs in its spool: starts, lists, works through them."""
    directory = scratch / "many"
    directory.mkdir()
    daemon = Daemon(directory, "max_jobs: 4\n", program=LANTERN_MIGRATED)
    (directory / "spool/incoming").mkdir(parents=True)
    servers.target.create_database("many")
    servers.source.create_database("many")
    tables = (f"CREATE TABLE t{i} AS SELECT i AS id, ARRAY[i, 1, 2]::real[]::vector(3) AS v FROM generate_series(1, 100) i;" for i in range(count))
    servers.source.sql("CREATE EXTENSION vector;" + "".join(tables), "many")
    for i in range(count):
        daemon.drop(
            f"job{i}", {"source": {"url": servers.source.url("many")}, "target": {"url": servers.target.url("many")}, "tables": {"include": [f"public.t{i}"]}}
        )
    began = time.monotonic()
    figures: dict[str, Any] = {"jobs": count}
    with daemon:
        figures["ready_s"] = time.monotonic() - began
        eventually(lambda: len(daemon.ask("GET", "/v1/jobs").json()["jobs"]) == count, "all jobs to be listed")
        figures["listed_s"] = time.monotonic() - began
        figures["memory_mib_when_listed"] = memory_mib(daemon.pid)
        before = time.monotonic()
        daemon.command("list")
        figures["list_command_s"] = time.monotonic() - before
        slowest = 0.0

        def finished() -> bool:
            nonlocal slowest
            before = time.monotonic()
            jobs = daemon.ask("GET", "/v1/jobs").json()["jobs"]
            slowest = max(slowest, time.monotonic() - before)
            time.sleep(0.5)
            if failed := [job for job in jobs if job["disposition"] == "failed" and not job["transient"]]:
                raise Failed(f"{len(failed)} jobs failed, the first with: {failed[0]['reason']}")
            return all(job["disposition"] == "done" for job in jobs)

        eventually(finished, "all jobs to be done", 900)
        figures |= {"done_s": time.monotonic() - began, "slowest_list_s": slowest, "memory_mib_at_the_end": memory_mib(daemon.pid)}
    for server in (servers.source, servers.target):
        server.drop_database("many")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["watched", "malformed", "many"])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    scratch = make_scratch()
    figures: dict[str, Any] = {}
    with Servers(scratch, BUILD) as servers:
        if given.only != "many":
            servers.source.create_database("app")
            servers.source.sql(SOURCE_SQL.format(rows=given.rows), "app")
            (scratch / "daemon").mkdir()
            with Daemon(scratch / "daemon", program=LANTERN_MIGRATED) as daemon:
                load = Load(servers, daemon)
                load.copy(None)  # warms the caches
                if given.only != "malformed":
                    figures["watched"] = paired(load, watcher(daemon), given.pairs, "watched")
                if given.only != "watched":
                    figures["malformed"] = malformed(load, given.pairs)
                figures["daemon_memory_mib"] = memory_mib(daemon.pid)
        if given.only in (None, "many"):
            figures["many"] = many_jobs(servers, scratch, given.jobs)
    shutil.rmtree(scratch)
    print(json.dumps(figures, indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
