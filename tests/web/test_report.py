"""The report as one HTML file."""

from __future__ import annotations

import unittest

from . import documents
from .browser import LOW_CONTRAST, PHONE, WIDER_THAN_THE_WINDOW
from .case import PageCase, printed


class ReportPage(PageCase):
    def show(self, *arguments: str) -> None:
        self.daemon.report = printed(*arguments)
        self.browser.open(self.daemon.url + "report")

    def test_is_readable_in_both_themes_and_on_a_phone(self) -> None:
        for scheme in ("light", "dark"):
            for what in (["report"], ["different"], ["odd", documents.ODD_NAME]):
                with self.subTest(scheme=scheme, what=what[0]):
                    self.browser.prefer(scheme)
                    self.show(*what)
                    self.assertEqual(self.browser.script(LOW_CONTRAST), [])
                    self.browser.resize(PHONE)
                    self.assertEqual(self.browser.script(WIDER_THAN_THE_WINDOW), [])

    def test_shows_odd_names_as_they_are(self) -> None:
        self.show("odd", documents.ODD_NAME)
        self.assertEqual(self.browser.text("h1"), f"words{documents.ODD_NAME}")
        self.assertEqual(self.browser.script("return document.scripts.length"), 0)

    def test_asks_the_server_for_nothing_else(self) -> None:
        self.show("report")
        self.assertEqual([target for target in self.daemon.requests if target != "/favicon.ico"], ["/report"])
        self.browser.complaints()  # the browser's own question for an icon is answered by a 404

    def test_prints_dark_on_white(self) -> None:
        self.browser.prefer("dark")
        self.show("report")
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        ground = self.browser.script("return getComputedStyle(document.documentElement).backgroundColor")
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        self.assertEqual(ground, "rgb(255, 255, 255)")


if __name__ == "__main__":
    unittest.main()
