"""What the daemon says to its service manager, and what it does when its file is read again."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import unittest
from pathlib import Path

from .rig import Daemon, eventually


class Manager:
    """The other end of $NOTIFY_SOCKET. It reads all the time: a manager that does not would hold up the service."""

    def __init__(self, scratch: Path) -> None:
        self.path = scratch / "notify.sock"
        self.told: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while message := self._socket.recv(4096):
            self.told += message.decode().splitlines()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


class SilentServer:
    """Takes connections and says nothing: a job that asks it runs for as long as one likes."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(16)
        self.url = f"postgresql://postgres@127.0.0.1:{self._socket.getsockname()[1]}/app?connect_timeout=5"

    def close(self) -> None:
        self._socket.close()


class Service(unittest.TestCase):
    def setUp(self) -> None:
        self.scratch = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lantern-migrate-service.")))
        self.manager = Manager(self.scratch)
        self.addCleanup(self.manager.close)
        self.server = SilentServer()
        self.addCleanup(self.server.close)

    def start(self, settings: str = "", environment: dict[str, str] | None = None) -> Daemon:
        daemon = Daemon(self.scratch, settings, {"NOTIFY_SOCKET": str(self.manager.path)} | (environment or {}))
        return self.enterContext(daemon)

    def drop(self, daemon: Daemon, name: str) -> None:
        daemon.drop(name, {"source": {"url": self.server.url}, "target": {"url": "postgresql://postgres@127.0.0.1:1/other"}})

    def hears(self, line: str) -> None:
        eventually(lambda: line in self.manager.told, line)

    def test_says_when_it_is_ready_what_it_does_and_when_it_stops(self) -> None:
        daemon = self.start()
        self.hears("READY=1")
        self.hears("STATUS=0 running, 0 queued")
        self.drop(daemon, "words")
        self.hears("STATUS=1 running, 0 queued: words connect")
        daemon.command("cancel", "words")
        daemon.await_disposition("words", "cancelled")
        self.assertEqual(daemon.stop(), 0)
        self.hears("STOPPING=1")

    def test_feeds_the_watchdog_that_there_is(self) -> None:
        # Without WATCHDOG_PID it is meant for whoever has the variable.
        self.start(environment={"WATCHDOG_USEC": "300000"})
        eventually(lambda: self.manager.told.count("WATCHDOG=1") >= 10, "ten feeds")

    def test_feeds_no_watchdog_where_there_is_none(self) -> None:
        daemon = self.start()
        self.hears("READY=1")
        self.drop(daemon, "words")
        self.hears("STATUS=1 running, 0 queued: words connect")
        self.assertNotIn("WATCHDOG=1", self.manager.told)

    def test_reads_its_file_again(self) -> None:
        daemon = self.start("max_jobs: 1\n")
        self.drop(daemon, "one")
        self.hears("STATUS=1 running, 0 queued: one connect")
        self.drop(daemon, "two")
        self.hears("STATUS=1 running, 1 queued: one connect")
        daemon.file.write_text(daemon.file.read_text(encoding="utf-8").replace("max_jobs: 1", "max_jobs: 2\nlog_level: debug"), encoding="utf-8")
        self.manager.told.clear()
        daemon.reload()
        self.hears("RELOADING=1")
        self.hears("READY=1")
        self.hears("STATUS=2 running, 0 queued: one connect; two connect")
        self.assertIn("the daemon's file was read again max_jobs=2 log_level=debug", daemon.log.read_text(encoding="utf-8"))

    def test_keeps_what_it_has_when_its_file_has_mistakes(self) -> None:
        daemon = self.start("max_jobs: 1\n")
        good = daemon.file.read_text(encoding="utf-8")
        daemon.file.write_text(good.replace("max_jobs: 1", "max_jobs: many\nmax_job: 2"), encoding="utf-8")
        self.manager.told.clear()
        daemon.reload()
        self.hears("READY=1")
        log = daemon.log.read_text(encoding="utf-8")
        line = good.splitlines().index("max_jobs: 1") + 1
        self.assertIn(f"the daemon's file is not taken file={daemon.file} line={line} column=1 key=max_jobs reason=\"must be ", log)
        self.assertIn(f"line={line + 1} column=1 key=max_job reason=\"unknown key; did you mean `max_jobs`?\"", log)
        self.drop(daemon, "one")
        self.drop(daemon, "two")
        self.hears("STATUS=1 running, 1 queued: one connect")

    def test_says_what_waits_for_a_restart(self) -> None:
        daemon = self.start()
        daemon.file.write_text(daemon.file.read_text(encoding="utf-8").replace(f"{self.scratch}/state", f"{self.scratch}/other"), encoding="utf-8")
        daemon.reload()
        eventually(lambda: "a new value needs a restart key=state_dir" in daemon.log.read_text(encoding="utf-8"), "the warning")
        self.assertFalse((self.scratch / "other").exists())
        self.assertTrue(daemon.running())
        self.assertEqual(os.listdir(self.scratch / "spool/failed"), [])


if __name__ == "__main__":
    unittest.main()
