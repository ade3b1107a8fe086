"""Two throwaway PostgreSQL servers with the same settings on the same disk: the source with pgvector, the target with the stand-in."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .measure import Ended, Failed, Part, children_of, family_cpu_s, run

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build/release"

SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "fsync": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    # It would work beside one contender and not beside another.
    "autovacuum": "off",
}
# What a server has when no client is there.
BACKGROUND = ("checkpointer", "background writer", "walwriter", "logical replication launcher")
SERVER_USER = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else ["setpriv"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Server:
    def __init__(self, name: str, programs: Path, scratch: Path) -> None:
        self.logs = scratch
        self.port = free_port()
        self._data = scratch / name
        self._programs = programs
        self._postmaster: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        initdb = [self._programs / "initdb", "-D", self._data, "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "-A", "trust"]
        run([*SERVER_USER, *initdb, "--no-sync"], self.logs)
        with open(self._data / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
            settings.write(f"port = {self.port}\nunix_socket_directories = '{self.logs}'\n")
        with open(self.logs / f"{self._data.name}.log", "wb") as log:
            # Without pg_ctl: the server is our child, and ends with us whatever way we end.
            postgres = [*SERVER_USER, "--pdeathsig=QUIT", str(self._programs / "postgres"), "-D", str(self._data)]
            self._postmaster = subprocess.Popen(postgres, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        for _ in range(600):
            if self._postmaster.poll() is not None:
                raise Failed(f"the server {self._data.name} did not start; see its log in {self.logs}")
            if self._answers():
                return
            time.sleep(0.1)
        raise Failed(f"the server {self._data.name} does not answer")

    def _answers(self) -> bool:
        try:
            self.sql("SELECT 1", "postgres")
            return True
        except Failed:
            return False

    def stop(self) -> None:
        if self._postmaster is None:
            return
        self._postmaster.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        self._postmaster.wait(60)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def psql(self, database: str) -> list[str | Path]:
        return ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)]

    def sql(self, text: str, database: str) -> str:
        script = self.logs / "statement.sql"
        script.write_text(text, encoding="utf-8")
        return run([*self.psql(database), "-f", script], self.logs).out.strip()

    def create_database(self, name: str, template: str = "") -> None:
        self.drop_database(name)
        self.sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""), "postgres")

    def drop_database(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")

    def cpu_s(self) -> float:
        assert self._postmaster is not None
        return family_cpu_s(self._postmaster.pid)

    def await_clients_gone(self) -> None:
        """Their time is counted once the postmaster has reaped them."""
        assert self._postmaster is not None
        for _ in range(3000):
            titles = [command_line(pid) for pid in children_of(self._postmaster.pid)]
            if all(title.startswith(tuple(f"postgres: {name}" for name in BACKGROUND)) for title in titles):
                return
            time.sleep(0.01)
        raise Failed(f"clients of the server {self._data.name} do not go")


class Servers:
    """Both; `with` stops them on every way out."""

    def __init__(self, scratch: Path, build: Path = BUILD) -> None:
        self.scratch = scratch
        programs = Path(run(["pg_config", "--bindir"], scratch).out.strip())
        tree = scratch / "target-postgres"
        run([CHECKOUT / "tests/support/make-target-postgres", tree, build / "lantern-stub"], scratch)
        self.source = Server("source", programs, scratch)
        self.target = Server("target", tree / programs.relative_to("/"), scratch)

    def __enter__(self) -> Servers:
        try:
            self.source.start()
            self.target.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.source.stop()
        self.target.stop()

    def measured(self, work: Callable[[], Ended]) -> tuple[Part, Ended]:
        """Both servers have written out what came before, so that each part pays for its own."""
        for server in (self.source, self.target):
            server.sql("CHECKPOINT", "postgres")
            server.await_clients_gone()
        source, target = self.source.cpu_s(), self.target.cpu_s()
        ended = work()
        self.source.await_clients_gone()
        self.target.await_clients_gone()
        source, target = self.source.cpu_s() - source, self.target.cpu_s() - target
        return Part(ended.wall_s, ended.wall_s, ended.cpu_s, source, target, ended.peak_mib), ended


def make_scratch() -> Path:
    # Beside the other scratch directories of this project: with room for servers, and readable for the user that they run as.
    scratch = Path(tempfile.mkdtemp(prefix="lantern-migrate-bench."))
    if os.geteuid() == 0:
        shutil.chown(scratch, "postgres", "postgres")
    return scratch
