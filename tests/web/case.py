"""What every test of the page begins with: one browser for all, a fake daemon for each."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from .browser import DESKTOP, Browser
from .documents import Document
from .fake_server import NONCE, FakeDaemon

PRINT_PAGE = os.environ.get("LANTERN_PRINT_PAGE", str(Path(__file__).resolve().parents[2] / "build/dev/bin/print_page"))
TOKEN = "a-token-of-a-test"


def printed(*arguments: str) -> str:
    """The page or a report, as the daemon has them inside."""
    return subprocess.run([PRINT_PAGE, *arguments], check=True, capture_output=True, encoding="utf-8", timeout=60).stdout


class BrowserCase(unittest.TestCase):
    """One browser for all tests of a class: it takes seconds to start."""

    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="lantern-migrate-browser.", ignore_cleanup_errors=True)
        cls.addClassCleanup(scratch.cleanup)
        cls.browser = Browser(Path(scratch.name))
        cls.addClassCleanup(cls.browser.quit)


class PageCase(BrowserCase):
    actions = False

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.page = printed("page", NONCE, *([TOKEN] if cls.actions else []))

    def setUp(self) -> None:
        self.daemon = self.enterContext(FakeDaemon(self.page))
        self.browser.resize(DESKTOP)
        self.browser.prefer("light")

    def tearDown(self) -> None:
        self.assertEqual(self.browser.complaints(), [], "the console holds complaints")

    def open(self, *jobs: Document, fragment: str = "") -> None:
        """The page with these jobs, as soon as the first of them is shown."""
        self.daemon.show(*jobs)
        self.browser.open(self.daemon.url + fragment)
        shown = "return !document.getElementById('job').hidden && document.getElementById('link').dataset.state === 'live'"
        self.assertTrue(self.browser.until(lambda: self.browser.script(shown)), "no job is shown")

    def assert_text(self, selector: str, expected: str) -> None:
        self.browser.until(lambda: self.browser.text(selector) == expected)
        self.assertEqual(self.browser.text(selector), expected)

    def assert_contains(self, selector: str, expected: str) -> None:
        expected = " ".join(expected.split())
        self.browser.until(lambda: expected in self.browser.text(selector))
        self.assertIn(expected, self.browser.text(selector))
