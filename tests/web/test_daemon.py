"""The page of a real daemon over TCP: what it shows is what happens, and what it may change is what the daemon's file allows."""

from __future__ import annotations

import json
import socket
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from service.rig import Daemon

from .browser import DESKTOP
from .case import BrowserCase


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealDaemon(BrowserCase):
    def setUp(self) -> None:
        self.scratch = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lantern-migrate-page.")))
        # It takes connections and says nothing: a job that asks it runs for as long as one likes.
        self.silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.silent.close)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.browser.resize(DESKTOP)

    def start(self, web: str) -> Daemon:
        place = self.url.removeprefix("http://")
        daemon = self.enterContext(Daemon(self.scratch, f"web: {{listen: '{place}', {web}}}\n"))
        source = f"postgresql://postgres@127.0.0.1:{self.silent.getsockname()[1]}/app?connect_timeout=5"
        daemon.drop("words", {"source": {"url": source}, "target": {"url": "postgresql://postgres@127.0.0.1:1/app"}})
        daemon.await_disposition("words", "running")
        return daemon

    def shows(self, selector: str, text: str) -> None:
        self.browser.until(lambda: text in self.browser.text(selector))
        self.assertIn(text, self.browser.text(selector))

    def test_shows_a_job_and_pauses_it(self) -> None:
        daemon = self.start("actions: true")
        self.browser.open(f"{self.url}/#words")
        self.shows("#job-state", "running")
        next(button for button in self.browser.find_all("#actions button") if button.text == "Pause").click()
        self.shows("#job-state", "paus")
        daemon.await_disposition("words", "paused")
        self.shows("#job-state", "paused")
        self.assertIn("pause, said by 127.0.0.1", [event["text"] for event in daemon.ask("GET", "/v1/jobs/words/events").json()["events"]])
        self.assertEqual(self.browser.complaints(), [])

    def test_goes_on_when_the_daemon_comes_back(self) -> None:
        daemon = self.start("actions: false")
        self.browser.open(f"{self.url}/#words")
        self.shows("#job-state", "running")
        daemon.kill()
        self.browser.until(lambda: self.browser.script("return document.getElementById('link').dataset.state") != "live")
        self.assertNotEqual(self.browser.script("return document.getElementById('link').dataset.state"), "live")
        daemon.start()
        self.browser.until(lambda: self.browser.script("return document.getElementById('link').dataset.state") == "live")
        self.assertEqual(self.browser.script("return document.getElementById('link').dataset.state"), "live")
        self.shows("#job-state", "running")

    def test_is_for_reading_only_unless_the_daemons_file_says_otherwise(self) -> None:
        daemon = self.start("actions: false")
        self.browser.open(f"{self.url}/#words")
        self.shows("#job-state", "running")
        self.assertEqual(self.browser.texts("#actions button"), [])
        # Not even by hand, with what the page's own script could do.
        status = self.browser.script("return fetch('/v1/jobs/words/pause', {method: 'POST'}).then((answer) => answer.status)")
        self.assertEqual(status, 403)
        self.assertEqual(daemon.status("words")["wish"], "")

    def test_lets_no_other_site_change_anything(self) -> None:
        daemon = self.start("actions: true")
        with socket.create_server(("127.0.0.1", 0)) as elsewhere:
            foreign = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
            for headers in ({"Origin": foreign}, {"Origin": foreign, "Sec-Fetch-Site": "same-site"}, {}):
                request = urllib.request.Request(f"{self.url}/v1/jobs/words/cancel", method="POST", headers=headers)
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(request, timeout=30)
                self.assertEqual(refused.exception.code, 403, headers)
                self.assertTrue(json.loads(refused.exception.read())["error"])
        self.assertEqual(daemon.status("words")["wish"], "")


if __name__ == "__main__":
    unittest.main()
