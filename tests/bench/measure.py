"""Runs programs and says what they took; reads the processor time of a server from /proc."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

TIMEOUT_S = 1800
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A program ended badly, or a copy is not what it should be."""


@dataclass(frozen=True)
class Ended:
    """A program that ended well."""

    began_at: float  # seconds since the epoch
    wall_s: float
    cpu_s: float  # its own and that of the children it waited for
    # The largest of its processes. Linux counts what the process was before exec as well, so never below this program's own size.
    peak_mib: float
    out: str


@dataclass(frozen=True)
class Part:
    """One timed part: a contender's run on one data set. What cannot be told is None."""

    wall_s: float  # from exec to exit
    transfer_s: float  # the rows alone, where a contender tells it
    client_cpu_s: float
    source_cpu_s: float
    target_cpu_s: float
    peak_mib: float
    facts: dict[str, Any] = field(default_factory=dict)

    def __add__(self, other: Part) -> Part:
        return Part(
            self.wall_s + other.wall_s,
            self.transfer_s + other.transfer_s,
            self.client_cpu_s + other.client_cpu_s,
            self.source_cpu_s + other.source_cpu_s,
            self.target_cpu_s + other.target_cpu_s,
            max(self.peak_mib, other.peak_mib),
            self.facts | other.facts,
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Running:
    """A program under way. Its output goes to files: a full pipe would hold it up."""

    def __init__(self, arguments: list[str | Path], logs: Path, stdin: Path | None = None) -> None:
        self.name = Path(arguments[0]).name
        self._out = logs / f"{self.name}.out"
        self._err = logs / f"{self.name}.err"
        with open(self._out, "wb") as out, open(self._err, "wb") as err, open(stdin or os.devnull, "rb") as given:
            self.began_at = time.time()
            self._began = time.monotonic()
            self._process = self._start(arguments, given, out, err)

    @staticmethod
    def _start(arguments: list[str | Path], given: IO[bytes], out: IO[bytes], err: IO[bytes]) -> subprocess.Popen[bytes]:
        # It ends with us whatever way we end: a migration would try for long to reach servers that are gone.
        command = ["setpriv", "--pdeathsig=KILL", *map(str, arguments)]
        return subprocess.Popen(command, stdin=given, stdout=out, stderr=err, start_new_session=True)

    def ended(self) -> bool:
        """Without taking its exit status, which wait() is to have."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def kill(self) -> None:
        """With all that it started, and without a chance to say anything."""
        os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self, statuses: tuple[int, ...] = (0,)) -> Ended:
        watchdog = threading.Timer(TIMEOUT_S, self.kill)
        watchdog.start()
        try:
            _, status, usage = os.wait4(self._process.pid, 0)
        except BaseException:
            self.kill()
            raise
        finally:
            watchdog.cancel()
        wall_s = time.monotonic() - self._began
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._process.returncode not in statuses:
            raise Failed(f"{self.name} ended with {self._process.returncode}: {self._last_words()}")
        out = self._out.read_text(errors="replace")
        return Ended(self.began_at, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out)

    def _last_words(self) -> str:
        said = self._err.read_text(errors="replace").strip() or self._out.read_text(errors="replace").strip()
        return "\n".join(said.splitlines()[-15:])


def run(arguments: list[str | Path], logs: Path, stdin: Path | None = None) -> Ended:
    return Running(arguments, logs, stdin).wait()


@dataclass(frozen=True)
class ProcessTimes:
    """From /proc/PID/stat, in clock ticks."""

    parent: int
    own: int
    reaped: int  # of children that it waited for


def parse_stat(text: str) -> ProcessTimes:
    # The name is in parentheses and may itself hold spaces and parentheses.
    fields = text[text.rindex(")") + 2 :].split()
    own = int(fields[11]) + int(fields[12])
    reaped = int(fields[13]) + int(fields[14])
    return ProcessTimes(parent=int(fields[1]), own=own, reaped=reaped)


def read_stat(pid: int) -> ProcessTimes | None:
    try:
        return parse_stat(Path(f"/proc/{pid}/stat").read_text(errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None


def children_of(parent: int) -> dict[int, ProcessTimes]:
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    times = {pid: read_stat(pid) for pid in pids}
    return {pid: found for pid, found in times.items() if found is not None and found.parent == parent}


def family_cpu_s(pid: int) -> float:
    """A server's: the postmaster, the backends that are gone, and its children that live."""
    postmaster = read_stat(pid)
    if postmaster is None:
        raise Failed(f"the server (process {pid}) is gone")
    ticks = postmaster.own + postmaster.reaped + sum(child.own + child.reaped for child in children_of(pid).values())
    return ticks / TICKS_A_SECOND
