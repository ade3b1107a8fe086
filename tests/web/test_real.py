"""The page of a real daemon, from a job's first rows to its hand-over, by the page's own buttons."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from pathlib import Path

from bench.servers import Servers, free_port, make_scratch
from service.rig import BUILD, Daemon

from .browser import DESKTOP, LOW_CONTRAST, Browser

SOURCE_SQL = """
CREATE EXTENSION vector;
CREATE TABLE words (id int PRIMARY KEY, word text NOT NULL, embedding vector(16));
INSERT INTO words SELECT i, 'w' || i, array_fill(i::real, ARRAY[16])::vector FROM generate_series(1, 30000) i;
CREATE INDEX words_embedding ON words USING hnsw (embedding vector_l2_ops);
CREATE TABLE "<b>odd" (id int PRIMARY KEY);
"""


class RealDaemonsPage(unittest.TestCase):
    def setUp(self) -> None:
        scratch = make_scratch()
        self.addCleanup(shutil.rmtree, scratch, ignore_errors=True)
        servers = self.enterContext(Servers(scratch, BUILD))
        servers.source.create_database("app")
        servers.source.sql(SOURCE_SQL, "app")
        servers.target.create_database("app")
        directory = scratch / "daemon"
        directory.mkdir()
        self.port = free_port()
        self.daemon = self.enterContext(Daemon(directory, f"web: {{listen: '127.0.0.1:{self.port}', actions: true}}\n"))
        self.job = {
            "source": {"url": servers.source.url("app")},
            "target": {"url": servers.target.url("app")},
            "copy": {"workers": 1, "chunk_size": "128KiB", "max_rate": "1MiB/s"},
            "cutover": "wait",
        }
        profile = self.enterContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        self.browser = Browser(Path(profile))
        self.addCleanup(self.browser.quit)
        self.browser.resize(DESKTOP)

    def press(self, label: str) -> None:
        wanted = self.browser.until(lambda: next((b for b in self.browser.find_all("#actions button") if b.text == label), None))
        self.assertIsNotNone(wanted, f"there is no button {label}: {self.browser.texts('#actions button')}")
        wanted.click()

    def await_text(self, selector: str, expected: str) -> None:
        self.browser.until(lambda: expected in self.browser.text(selector))
        self.assertIn(expected, self.browser.text(selector))

    def test_follows_a_job_stops_it_takes_it_up_and_hands_over(self) -> None:
        self.browser.open(f"http://127.0.0.1:{self.port}/")
        self.await_text("#jobs-none", "No jobs yet.")
        self.daemon.drop("words-2.real", self.job)
        self.await_text("#job-name", "words-2.real")
        self.await_text("#steps [aria-current=step]", "transfer data")
        self.await_text("#chart-caption", "Throughput over the last")
        self.await_text("#tables tbody", "copying")
        self.press("Pause")
        self.await_text("#action-message", "job words-2.real pauses")
        self.await_text("#job-state", "paused")
        self.await_text("#notice code", "lantern-migrate resume words-2.real")
        self.press("Resume")
        self.await_text("#job-state", "waiting")
        self.assertEqual(sorted(self.browser.texts("#tables tbody th")), ["public.<b>odd", "public.words"])
        self.assertEqual(set(self.browser.texts("#builds td:nth-child(2)")), {"done"})
        self.press("Cut over")
        self.browser.find("#ask-yes").click()
        self.await_text("#job-state", "done")
        self.await_text("#events", "operator")
        for summary in self.browser.find_all("#documents summary"):
            summary.click()
        self.await_text("#documents details:nth-child(1) pre", "30,000 rows in 2 tables")
        self.await_text("#documents details:nth-child(2) pre", "USING lantern_hnsw")
        self.assertEqual(self.browser.complaints(), [])

        self.browser.open(f"http://127.0.0.1:{self.port}/v1/jobs/words-2.real/report?format=html")
        self.assertEqual(self.browser.text("h1"), "words-2.real")
        self.assertEqual(self.browser.script("return getComputedStyle(document.querySelector('section')).borderRadius"), "8px")
        self.assertEqual(self.browser.script(LOW_CONTRAST), [])
        self.assertEqual([complaint for complaint in self.browser.complaints() if "favicon.ico" not in complaint], [])

    def test_takes_up_the_stream_of_a_daemon_that_was_killed(self) -> None:
        self.browser.open(f"http://127.0.0.1:{self.port}/")
        self.daemon.drop("words", self.job)
        self.await_text("#steps [aria-current=step]", "transfer data")
        self.daemon.kill()
        self.await_text("#lost", "The daemon does not answer")
        self.daemon.start()
        self.await_text("#link", "Live")
        self.await_text("#job-state", "waiting")
        self.await_text("#job-facts", "Runs 2")


if __name__ == "__main__":
    unittest.main()
