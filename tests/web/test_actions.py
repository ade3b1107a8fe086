"""Pause, resume, retry, cancel and cutover from the page, where the daemon's file allows them."""

from __future__ import annotations

import unittest

from selenium.webdriver.common.keys import Keys

from . import documents
from .case import TOKEN, PageCase


class WithoutActions(PageCase):
    def test_the_page_has_no_button_that_changes_a_job(self) -> None:
        for make in documents.STATES.values():
            self.open(make())
            self.assertEqual(self.browser.texts("#actions button"), [])
        self.assertNotIn(TOKEN, self.browser.driver.page_source)


class WithActions(PageCase):
    actions = True

    def press(self, label: str) -> None:
        next(button for button in self.browser.find_all("#actions button") if button.text == label).click()

    def test_buttons_by_the_jobs_state(self) -> None:
        for make, labels in (
            (documents.running, ["Pause", "Cancel"]),
            (documents.queued, ["Pause", "Cancel"]),
            (documents.paused, ["Resume", "Cancel"]),
            (documents.failed, ["Retry", "Cancel"]),
            (documents.trying_again, ["Pause", "Retry", "Cancel"]),
            (documents.waiting, ["Cut over", "Cancel"]),
            (documents.done, []),
            (documents.cancelled, []),
        ):
            with self.subTest(state=make.__name__):
                self.open(make())
                self.assertEqual(self.browser.texts("#actions button"), labels)

    def test_nothing_more_to_press_while_a_job_is_being_cancelled(self) -> None:
        self.open(documents.running() | {"wish": "cancel"})
        self.assert_text("#job-state", "being cancelled")
        self.assertEqual(self.browser.texts("#actions button"), [])

    def test_pause_goes_out_with_the_token_and_shows_the_answer(self) -> None:
        self.daemon.answer = (202, {"message": "job two words/ü pauses; chunks in hand are given up and copied again later"})
        self.open(documents.running("two words/ü"))
        self.press("Pause")
        self.assert_text("#action-message", self.daemon.answer[1]["message"])
        self.assertEqual(self.daemon.actions, [("two words/ü", "pause", TOKEN)])

    def test_an_answer_that_is_an_error_is_shown_with_its_hint(self) -> None:
        self.daemon.answer = (409, {"error": "job words has failed, it is not paused", "hint": "lantern-migrate retry words"})
        self.open(documents.paused())
        self.press("Resume")
        self.assert_text("#action-message", "job words has failed, it is not paused. Hint: lantern-migrate retry words")
        self.assertTrue(any("409" in complaint for complaint in self.browser.complaints()))

    def test_cancel_and_cutover_ask_first(self) -> None:
        for job, label, question, yes in (
            (documents.running(), "Cancel", "Cancel this job?", "Cancel the job"),
            (documents.waiting(), "Cut over", "Cut over now?", "Cut over"),
        ):
            with self.subTest(action=label):
                self.daemon.actions = []
                self.open(job)
                self.press(label)
                self.assert_text("#ask-heading", question)
                command = "lantern-migrate cancel --drop-target-objects words" if label == "Cancel" else ""
                self.assertEqual(self.browser.text("#ask-command"), command)
                # No is what Enter does, and Escape is a no as well.
                self.browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
                self.browser.until(lambda: not self.browser.find("#ask").is_displayed())
                self.press(label)
                self.browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
                self.browser.until(lambda: not self.browser.find("#ask").is_displayed())
                self.assertEqual(self.daemon.actions, [])
                self.press(label)
                self.assert_text("#ask-yes", yes)
                self.browser.find("#ask-yes").click()
                self.browser.until(lambda: self.daemon.actions)
                self.assertEqual(self.daemon.actions, [("words", "cancel" if label == "Cancel" else "cutover", TOKEN)])


if __name__ == "__main__":
    unittest.main()
