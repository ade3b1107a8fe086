"""packaging/doc/tour.md, walked through: every command in it is run, in order, and what it prints is what the page says.

    python3 -m service.tour            compare; numbers, times and bars may differ, nothing else
    python3 -m service.tour --write    put what came into the page

The page is its own script. In a ```console block a line that begins with `$ ` is a command, the lines below it are its output. Comments steer what a
reader need not see:

    <!-- file NAME -->               the block below is that file, in the directory that the commands are run in
    <!-- await JOB DISPOSITION -->   waits until the job is so
    <!-- await-chunks JOB N -->      waits until so many chunks are copied
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench.servers import Server, Servers, make_scratch

from .rig import BUILD, CHECKOUT, LANTERN_MIGRATE, Daemon, Failed, eventually

PAGE = CHECKOUT / "packaging/doc/tour.md"
DATA = CHECKOUT / "tests/data"


def normal(line: str) -> str:
    """What must be the same at every walk."""
    if re.search(r"\[[=> ]{4,}\]", line):
        return "BAR"
    line = re.sub(r"^(\w+ +running +\w+) .*", r"\1", line)
    line = re.sub(r"\b[0-9a-f]{32}\b", "UID", line)
    line = re.sub(r"\b\d+(\.\d+)? (B|KiB|MiB|GiB)\b", "SIZE", line)
    line = re.sub(r"\b(\d+m \d\ds|\d+(\.\d+)?s)\b", "DURATION", line)
    line = re.sub(r"\d[\d.,]*", "N", line)
    return re.sub(r"\s+|-{3,}", " ", line).strip()


class Tour:
    def __init__(self, servers: Servers, scratch: Path) -> None:
        self.servers = servers
        self.root = scratch / "root"  # stands for /
        for place in ("etc/lantern-migrate", "var/spool/lantern-migrate", "var/lib/lantern-migrate", "run/lantern-migrate", "home", "bin"):
            (self.root / place).mkdir(parents=True)
        self._secure_source(servers.source)
        self._load()
        wrapper = self.root / "bin/lantern-migrate"
        config = self.root / "etc/lantern-migrate/lantern-migrated.yaml"
        wrapper.write_text(
            f'#!/bin/sh\ncase $1 in plan | run) ;; *) set -- "$@" --config "{config}" ;; esac\nexec "{LANTERN_MIGRATE}" "$@"\n', encoding="utf-8"
        )
        wrapper.chmod(0o755)
        self.daemon = Daemon(self.root / "var/lib/lantern-migrate")
        self.daemon.socket = self.root / "run/lantern-migrate/control.sock"
        self.daemon.file = config
        config.write_text(
            f"spool_dir: {self.root}/var/spool/lantern-migrate\nstate_dir: {self.root}/var/lib/lantern-migrate\ncontrol_socket: {self.daemon.socket}\n"
            f"hooks: {{dir: {self.root}/etc/lantern-migrate/hooks.d}}\n",
            encoding="utf-8",
        )
        # What the page calls these servers and places.
        self._ports = {"old.example": servers.source.port, "db.lantern.example": servers.target.port}

    def _secure_source(self, source: Server) -> None:
        source.sql("CREATE ROLE reader LOGIN PASSWORD 'first' IN ROLE pg_read_all_data, pg_maintain, pg_monitor", "postgres")
        rules = source.logs / "source/pg_hba.conf"
        rules.write_text("host all reader all scram-sha-256\n" + rules.read_text(encoding="utf-8"), encoding="utf-8")
        source.sql("SELECT pg_reload_conf()", "postgres")

    def _load(self) -> None:
        source = self.servers.source
        source.create_database("app")
        self.servers.target.create_database("app")
        script = self.servers.scratch / "load.sql"
        rows = subprocess.run(["zstd", "-dcq", DATA / "words-10k.tsv.zst"], capture_output=True, check=True).stdout
        (self.servers.scratch / "words.tsv").write_bytes(rows)
        script.write_text(
            f"\\i {DATA}/demo-source.sql\n\\copy load (rank, word, embedding) from {self.servers.scratch}/words.tsv\n\\i {DATA}/demo-source-rows.sql\n",
            encoding="utf-8",
        )
        subprocess.run([*source.psql("app"), "-f", script], check=True, capture_output=True)

    def hidden(self, text: str) -> str:
        text = text.replace("?hostaddr=127.0.0.1", "").replace('"127.0.0.1"', '"old.example"').replace(str(self.root), "")
        for host, port in self._ports.items():
            text = text.replace(f"{host}:{port}", host).replace(str(port), "5432")
        return text

    def shown_as(self, command: str) -> str:
        """The page's names back into the real ones."""
        for host, port in self._ports.items():
            command = re.sub(rf"(?<![\w.]){re.escape(host)}/(\w+)", rf"{host}:{port}/\1?hostaddr=127.0.0.1", command)
        return re.sub(r"(?<![\w/.])/(etc|var|run)/", rf"{self.root}/\1/", command)

    def run(self, command: str) -> list[str]:
        environment = os.environ | {"PATH": f"{self.root}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
        done = subprocess.run(
            ["bash", "-c", self.shown_as(command)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            text=True, check=False, timeout=120, cwd=self.root / "home", env=environment,
        )  # fmt: skip
        lines = self.hidden(done.stdout).splitlines()
        return [line.rstrip() for line in lines] + ([f"(exit status {done.returncode})"] if done.returncode else [])

    def steer(self, words: list[str]) -> None:
        if words[0] == "await":
            self.daemon.await_disposition(words[1], words[2])
        elif words[0] == "await-chunks":
            eventually(lambda: self.daemon.status(words[1])["progress"].get("chunks_done", 0) >= int(words[2]), f"{words[2]} chunks of {words[1]}")
        else:
            raise Failed(f"{PAGE.name}: no such comment: {' '.join(words)}")

    def walk(self, page: list[str]) -> list[str]:
        """The page as it would be with what came."""
        walked = self.walked = []
        in_block = False
        file: Path | None = None
        for line in page:
            if line == "```console":
                in_block = True
            elif line == "```":
                in_block, file = False, None
            elif file is not None and not line.startswith("```"):
                with open(file, "a", encoding="utf-8") as text:
                    text.write(self.shown_as(line) + "\n")
            elif in_block and not line.startswith("$ "):
                continue  # the former output
            walked.append(line)
            if in_block and line.startswith("$ "):
                walked += self.run(line.removeprefix("$ "))
            elif comment := re.fullmatch(r"<!-- file (.*) -->", line):
                file = self.root / "home" / comment[1]
                file.unlink(missing_ok=True)
            elif comment := re.fullmatch(r"<!-- (await.*) -->", line):
                self.steer(comment[1].split())
        return walked


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8").splitlines()
    scratch = make_scratch()
    with Servers(scratch, BUILD) as servers:
        tour = Tour(servers, scratch)
        with tour.daemon:
            try:
                walked = tour.walk(page)
            except Failed:
                print("\n".join(tour.walked[-60:]), tour.hidden(tour.daemon.log.read_text(encoding="utf-8")), sep="\n", file=sys.stderr)
                raise
    shutil.rmtree(scratch)
    if given.write:
        PAGE.write_text("\n".join(walked) + "\n", encoding="utf-8")
        return 0
    differences = list(difflib.unified_diff([normal(line) for line in page], [normal(line) for line in walked], PAGE.name, "what came", lineterm=""))
    print("\n".join(differences) or f"{PAGE.name} is what happens")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
