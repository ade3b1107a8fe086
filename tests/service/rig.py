"""A daemon with directories of its own, and its socket as curl would ask it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("LANTERN_BUILD", CHECKOUT / "build/dev"))
LANTERN_MIGRATE = BUILD / "bin/lantern-migrate"
LANTERN_MIGRATED = BUILD / "bin/lantern-migrated"
WAIT_S = 60


class Failed(Exception):
    """Something did not come as it should."""


def eventually(condition: Callable[[], Any], what: str, within_s: float = WAIT_S) -> Any:
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"waited {within_s} s for {what}")
        time.sleep(0.03)
    return value


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float = WAIT_S) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.type = response.getheader("Content-Type", "")
        self.headers = response.headers
        self.body = response.read()

    def json(self) -> Any:
        return json.loads(self.body)


class Daemon:
    """`with` ends it on every way out."""

    def __init__(self, scratch: Path, settings: str = "", environment: dict[str, str] | None = None, program: Path = LANTERN_MIGRATED) -> None:
        self.scratch = scratch
        self.socket = scratch / "control.sock"
        self.log = scratch / "daemon.log"
        self.file = scratch / "lantern-migrated.yaml"
        self._environment = os.environ | (environment or {})
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.file.write_text(
            f"spool_dir: {scratch}/spool\nstate_dir: {scratch}/state\ncontrol_socket: {self.socket}\n"
            f"hooks: {{dir: {scratch}/hooks.d}}\nretry: {{initial_delay: 100ms, max_delay: 1s}}\n{settings}",
            encoding="utf-8",
        )

    def __enter__(self) -> Daemon:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(WAIT_S)

    def start(self) -> None:
        already = self.log.read_text(encoding="utf-8").count("info: ready\n") if self.log.exists() else 0
        with open(self.log, "ab") as log:
            command = ["setpriv", "--pdeathsig=KILL", str(self._program), "--config", str(self.file)]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment, start_new_session=True)
        eventually(lambda: self.log.read_text(encoding="utf-8").count("info: ready\n") > already or not self.running(), "the daemon")
        if not self.running():
            raise Failed(f"the daemon did not start: {self.log.read_text(encoding='utf-8')}")

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(WAIT_S)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(WAIT_S)

    def reload(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def drop(self, name: str, job: dict[str, Any]) -> None:
        temporary = self.scratch / "spool/incoming" / f".{name}.tmp"
        temporary.write_text(json.dumps(job), encoding="utf-8")  # JSON is YAML
        temporary.rename(self.scratch / "spool/incoming" / f"{name}.yaml")

    def ask(self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        connection = SocketConnection(self.socket)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def command(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [LANTERN_MIGRATE, *arguments, "--config", self.file], capture_output=True, text=True, check=False, timeout=WAIT_S, stdin=subprocess.DEVNULL
        )
        if check and done.returncode not in (0, 3):
            raise Failed(f"lantern-migrate {' '.join(map(str, arguments))}: {done.returncode}: {done.stderr}")
        return done

    def status(self, job: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/v1/jobs/{job}")
        if answer.status != 200:
            return {"disposition": "unknown", "progress": {}}
        status: dict[str, Any] = answer.json()
        return status

    def await_disposition(self, job: str, *wanted: str) -> dict[str, Any]:
        status: dict[str, Any] = eventually(lambda: (s := self.status(job))["disposition"] in wanted and s, f"{job} to be {' or '.join(wanted)}")
        return status
