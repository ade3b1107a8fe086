"""The page by keyboard, by screen reader, in both themes and on a phone."""

from __future__ import annotations

import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from . import documents
from .browser import LOW_CONTRAST, PAIR_CONTRAST, PHONE, WIDER_THAN_THE_WINDOW
from .case import PageCase

MUST_HAVE_A_NAME = {"button", "link", "searchbox", "combobox", "image", "progressbar", "navigation", "region", "article", "table", "list", "dialog", "heading"}
# What is drawn in the pictures: ink on ground, and the least ratio of text (4.5) or of a shape (3).
PAIRS = [
    *[("--ink", ground, 4.5) for ground in ("--panel", "--page", "--sunk", "--accent-soft", "--good-soft", "--warn-soft", "--bad-soft")],
    *[("--ink-2", ground, 4.5) for ground in ("--panel", "--page", "--sunk")],
    *[(f"--{tone}", f"--{tone}-soft", 4.5) for tone in ("good", "warn", "bad", "accent")],
    *[(shape, "--panel", 3) for shape in ("--accent", "--edge", "--bad", "--good")],
    ("--accent", "--sunk", 3),
    ("--on-accent", "--accent", 4.5),
]


class PageIsForEverybody(PageCase):
    actions = True

    def press(self, *keys: str) -> None:
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def focused(self) -> str:
        return self.browser.script("const a = document.activeElement; return a.id || a.className || a.tagName")

    def test_by_keyboard_from_the_top_to_another_job_and_its_parts(self) -> None:
        self.open(documents.running("one"), documents.done("two"))
        self.press(Keys.TAB)
        self.assertEqual(self.focused(), "skip")
        self.press(Keys.ENTER)
        self.assertEqual(self.focused(), "main")
        self.browser.script("document.activeElement.blur(); window.scrollTo(0, 0)")
        self.browser.find("#theme").send_keys("")
        self.browser.script("document.getElementById('theme').focus()")
        self.press(Keys.TAB)
        self.assertEqual(self.focused(), "job-link")
        self.press(Keys.TAB, Keys.ENTER)
        self.assert_text("#job-name", "two")
        self.browser.until(lambda: self.focused() == "job-name")
        self.assertEqual(self.focused(), "job-name")
        seen = set()
        for _ in range(60):
            self.press(Keys.TAB)
            seen.add(self.browser.script("const a = document.activeElement; return a.closest('section')?.getAttribute('aria-labelledby') ?? a.tagName"))
        self.assertIn("documents-heading", seen)

    def test_focus_is_seen(self) -> None:
        self.open(documents.running("one"), documents.done("two"))
        self.browser.script("document.getElementById('theme').focus()")
        for _ in range(6):
            self.press(Keys.TAB)
            outline = self.browser.script("const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth)]")
            self.assertEqual(outline, ["solid", 2], self.focused())

    def test_focus_and_typed_text_stay_while_the_job_goes_on(self) -> None:
        self.open(documents.many_tables(count=40))
        field = self.browser.find("#tables input")
        field.send_keys("table_00")
        self.daemon.change("words", progress={"rows": 987654321})
        self.browser.until(lambda: "987,654,321" in self.browser.text("#figures"))
        self.assertEqual(field.get_attribute("value"), "table_00")
        self.assertEqual(self.browser.script("return document.activeElement.type"), "search")
        self.assertEqual(len(self.browser.find_all("#tables tbody tr")), 15)

    def test_everything_has_a_name_for_a_screen_reader(self) -> None:
        for make in (documents.running, documents.failed, documents.done, documents.many_tables):
            with self.subTest(state=make.__name__):
                self.open(make(), documents.waiting("other"))
                nodes = self.browser.accessible_nodes()
                nameless = [role for role, name in nodes if role in MUST_HAVE_A_NAME - {"list"} and not name.strip()]
                self.assertEqual(nameless, [])
                roles = {role for role, _ in nodes}
                self.assertLessEqual({"banner", "navigation", "main", "heading", "status", "progressbar"}, roles)

    def test_headings_go_down_one_level_at_a_time(self) -> None:
        self.open(documents.failed())
        levels = self.browser.script("return [...document.querySelectorAll('h1, h2, h3, h4')].filter((h) => h.checkVisibility()).map((h) => Number(h.tagName[1]))")
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(after - before <= 1 for before, after in zip(levels, levels[1:])), levels)

    def test_contrast_in_both_themes(self) -> None:
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            for name, make in documents.STATES.items():
                with self.subTest(scheme=scheme, state=name):
                    self.open(make(), documents.failed("broken"), documents.done("old"))
                    self.assertEqual(self.browser.script(LOW_CONTRAST), [])
            for ink, ground, least in PAIRS:
                with self.subTest(scheme=scheme, ink=ink, ground=ground):
                    self.assertGreaterEqual(self.browser.script(PAIR_CONTRAST, ink, ground), least)

    def test_no_sideways_scrolling_on_a_phone(self) -> None:
        self.browser.resize(PHONE)
        for name, make in {**documents.STATES, "odd-names": documents.odd_names}.items():
            with self.subTest(state=name):
                job = make()
                self.open(job, documents.done("a-name-without-any-blank-that-is-far-longer-than-a-phone-is-wide"), fragment="#job/" + documents.quoted(job["name"]))
                for summary in self.browser.find_all("#documents summary"):
                    summary.click()
                self.assertEqual(self.browser.script(WIDER_THAN_THE_WINDOW), [])
                self.assertLessEqual(self.browser.script("return document.documentElement.scrollWidth"), 360)

    def test_a_phone_shows_the_list_or_the_job(self) -> None:
        self.browser.resize(PHONE)
        self.daemon.show(documents.running())
        self.browser.open(self.daemon.url)
        self.browser.until(lambda: self.browser.find_all(".job-link"))
        self.assertFalse(self.browser.find("main").is_displayed())
        self.browser.find(".job-link").click()
        self.assert_text("#job-name", "words")
        self.assertFalse(self.browser.find("nav").is_displayed())
        self.browser.find("#back").click()
        self.browser.until(lambda: self.browser.find("nav").is_displayed())
        self.assertFalse(self.browser.find("main").is_displayed())
        self.assertEqual(self.browser.script("return document.documentElement.scrollWidth"), 360)

    def test_nothing_moves_for_who_asked_for_less_motion(self) -> None:
        moving = "return getComputedStyle(document.querySelector('.meter > span')).transitionDuration"
        self.open(documents.running())
        self.assertEqual(self.browser.script(moving), "0s")
        self.browser.prefer("light", reduced_motion=False)
        self.assertEqual(self.browser.script(moving), "0.3s")


if __name__ == "__main__":
    unittest.main()
