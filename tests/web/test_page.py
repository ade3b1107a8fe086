"""What the page shows, and that it keeps on showing what is."""

from __future__ import annotations

import unittest

from . import documents
from .case import PageCase


class PageShows(PageCase):
    def test_a_running_job_with_step_progress_rate_and_time_left(self) -> None:
        job = documents.running()
        job["progress"] |= {"bytes": 430, "bytes_total": 1000, "rows": 1234567, "bytes_per_s": 2.5 * 2**20, "left_s": 184}
        self.open(job)
        self.assert_text("#job-name", "words")
        self.assert_text("#job-state", "running")
        figures = self.browser.texts("#figures > div")
        self.assertEqual(figures[0], "Copied 43%")
        self.assertEqual(figures[1:5], ["On disk at the source 430 B of 1000 B", "Rows 1,234,567", "Rate 2.5 MiB/s", "Time left 3m 04s"])
        self.assertEqual(self.browser.texts("#steps [aria-current=step]"), ["transfer data now"])
        self.assertEqual(len(self.browser.find_all("#steps li[data-state=done]")), 7)
        self.assertEqual(len(self.browser.find_all("#steps li[data-state=later]")), 3)
        self.assertEqual(self.browser.texts(".job-link"), ["words running transfer data · 43% copied · 2.5 MiB/s · 3m 04s left"])
        self.assertEqual(self.browser.driver.title, "words 43% running - lantern-migrate")

    def test_never_more_than_all_and_says_when_the_time_left_is_unknown(self) -> None:
        for bytes_done, total, shown in ((5, 0, "unknown"), (999_999, 1_000_000, "99%"), (2_000_000, 1_000_000, "100%")):
            with self.subTest(bytes=bytes_done, total=total):
                job = documents.running()
                job["progress"] |= {"bytes": bytes_done, "bytes_total": total, "left_s": None}
                for table in job["progress"]["tables"]:
                    table["bytes"] = 3 * table["bytes_total"] + 1
                self.open(job)
                self.assertEqual(self.browser.texts("#figures > div")[0], f"Copied {shown}")
                self.assertEqual(self.browser.texts("#figures > div")[4], "Time left unknown")
                shares = [int(text.rstrip("%")) for text in self.browser.texts("#tables td:nth-child(3)")]
                self.assertTrue(all(share <= 100 for share in shares), shares)
                wide = "return [...document.querySelectorAll('.bar > span, .meter > span')].filter((bar) => parseFloat(bar.style.width) > 100).length"
                self.assertEqual(self.browser.script(wide), 0)

    def test_what_a_job_that_rests_needs(self) -> None:
        for job, state, heading, command in (
            (documents.failed(), "failed", "The job failed at step connect", "lantern-migrate retry words"),
            (documents.waiting(), "waiting", "The job waits for your word", "lantern-migrate cutover words"),
            (documents.paused("two words"), "paused", "The job is paused", "lantern-migrate resume 'two words'"),
            (documents.trying_again("it's"), "trying again", "The job tries again by itself", "lantern-migrate retry 'it'\\''s'"),
            (documents.different("-x"), "failed", "Verification found a difference", "lantern-migrate retry -- -x"),
        ):
            with self.subTest(state=state, heading=heading):
                self.open(job)
                self.assert_text("#job-state", state)
                self.assert_text("#notice-heading", heading)
                self.assert_text("#notice code", command)
                self.assert_contains("#notice", job["reason"])
                self.assert_contains("#notice", job["hint"])

    def test_no_notice_for_a_job_that_needs_nothing(self) -> None:
        for job in (documents.running(), documents.queued(), documents.done()):
            with self.subTest(disposition=job["disposition"]):
                self.open(job)
                self.assertFalse(self.browser.find("#notice").is_displayed())

    def test_jobs_in_groups_those_that_need_somebody_first(self) -> None:
        jobs = [documents.done("old"), documents.running("words"), documents.failed("broken"), documents.queued("later")]
        self.open(*jobs)
        self.assertEqual(self.browser.texts(".job-group h3"), ["Need you (1)", "On their way (2)", "Ended (1)"])
        self.assertEqual(self.browser.texts(".job-link-name"), ["broken", "words", "later", "old"])
        self.assert_text("#job-name", "broken")

    def test_five_hundred_jobs_by_a_hundred_and_a_filter(self) -> None:
        self.open(*[documents.queued(f"job-{i:03}") for i in range(500)])
        self.assertEqual(len(self.browser.find_all(".job-link")), 100)
        self.assert_contains("#jobs-groups", "and 400 more: filter by name to find one")
        self.browser.find("#jobs-filter").send_keys("job-49")
        self.assertEqual(self.browser.texts(".job-link-name"), [f"job-49{i}" for i in range(10)])

    def test_three_thousand_tables_as_a_picture_and_as_a_list(self) -> None:
        self.open(documents.many_tables())
        self.assert_text("#tables-count", "3,000 tables, 1,000 done, 4 being copied, 1,996 to come")
        self.assertEqual(len(self.browser.find_all("#treemap .cell")), 81)
        self.assertEqual(self.browser.script("return document.querySelector('#treemap .cell:last-child title').textContent.split(':')[0]"), "2,920 more")
        self.assertEqual(len(self.browser.find_all("#tables tbody tr")), 15)
        self.assert_contains("#tables .more", "15 of 3,000 shown")
        self.assertEqual(self.browser.texts("#tables td:nth-child(2)")[:6], ["copying"] * 4 + ["done"] * 2)
        self.browser.find("#tables .more button").click()
        self.assertEqual(len(self.browser.find_all("#tables tbody tr")), 115)
        self.browser.find("#tables input").send_keys("TABLE_2999")
        self.assertEqual(self.browser.texts("#tables tbody th"), ["shop.table_2999"])
        self.assert_text("#builds-count", "1 failed, 2 building, 2,005 to come, 992 done")
        self.assertRegex(self.browser.text("#cells + .quiet"), r"^A square is up to 1\d objects of one state\.$")
        cells = self.browser.script("return [...document.querySelectorAll('#cells .build')].map((cell) => cell.title)")
        self.assertEqual(cells[:2], ["1 failed", "2 building"])
        self.assertEqual(sum(int(cell.split()[0]) for cell in cells), 3000)
        self.assertLess(len(cells), 300)
        self.assertEqual(self.browser.texts("#builds tbody th")[0], "key shop.table_1000_pkey")
        self.assertLess(self.browser.script("return document.querySelectorAll('*').length"), 3000)

    def test_each_tables_and_each_builds_state_in_words(self) -> None:
        job = documents.running()
        for build, state in zip(job["progress"]["builds_list"], ("done", "begun", "failed", "skipped", "pending")):
            build["state"] = state
        job["progress"]["builds_list"][1] |= {"phase": "scanning table", "share": 0.426, "elapsed_ms": 62000}
        self.open(job)
        self.assertEqual(self.browser.texts("#tables td:nth-child(2)"), ["done", "copying", "to come", "to come"])
        self.assertEqual(self.browser.texts("#tables tbody tr:nth-child(2)"), ["public.items_tags copying 50% 456.0 KiB 5,876"])
        self.assertEqual(self.browser.texts("#builds tbody tr")[1].split(" building ")[1], "scanning table 42% 1m 02s")
        self.assertEqual(self.browser.texts("#builds td:nth-child(2)")[:3], ["failed", "building", "to come"])
        self.assertEqual(self.browser.texts("#builds td:nth-child(2)")[-2:], ["left out", "done"])
        self.daemon.change("words", disposition="paused")
        self.assert_text("#tables tbody tr:nth-child(2) td", "partly copied")
        self.assertEqual(self.browser.texts("#builds td:nth-child(2)")[1], "cut off")

    def test_the_picture_of_the_tables_fills_its_place_and_no_cell_is_outside(self) -> None:
        self.open(documents.many_tables())
        cells = self.browser.script(
            "const [w, h] = ['width', 'height'].map((n) => Number(document.querySelector('#treemap svg').getAttribute(n)));"
            "return {w, h, cells: [...document.querySelectorAll('#treemap .whole')].map((r) => { const m = r.parentElement.getCTM();"
            "return [m.e, m.f, Number(r.getAttribute('width')), Number(r.getAttribute('height'))]; })}"
        )
        for x, y, width, height in cells["cells"]:
            self.assertGreaterEqual(min(x, y), 0)
            self.assertLessEqual(x + width, cells["w"] + 0.5)
            self.assertLessEqual(y + height, cells["h"] + 0.5)
        area = sum((width + 2) * (height + 2) for _, _, width, height in cells["cells"])
        self.assertAlmostEqual(area / (cells["w"] * cells["h"]), 1, delta=0.05)

    def test_odd_names_as_they_are_and_asks_for_them_encoded(self) -> None:
        self.open(documents.odd_names())
        self.assertEqual(self.browser.script("return document.getElementById('job-name').textContent"), documents.ODD_NAME)
        self.assertEqual(self.browser.script("return document.querySelectorAll('main b, main img, main script, main iframe').length"), 0)
        encoded = documents.quoted(documents.ODD_NAME)
        self.assertIn(f"/v1/jobs/{encoded}", self.daemon.requests)
        self.assertIn(f"/v1/jobs/{encoded}/stream", self.daemon.requests)
        self.assertEqual(self.browser.script("return document.querySelector('#tables tbody th').textContent.split('.').slice(0, -1).join('.')"), documents.ODD_NAME)

    def test_a_jobs_events_newest_first_each_once(self) -> None:
        self.open(documents.done())
        known = documents.events()
        self.browser.until(lambda: len(self.browser.find_all("#events li")) == min(len(known), 20))
        self.daemon.events["words"] = [*known, {"id": 10**6, "at": "2026-02-03T04:05:06.789Z", "severity": "warning", "kind": "retry", "text": "<b>once</b> more"}]
        self.assert_text("#events li:first-child", "2026-02-03 04:05:06Z warning retry <b>once</b> more")
        self.browser.script("document.getElementById('events-more').click()")
        self.assertEqual(len(self.browser.find_all("#events li")), len(known) + 1)

    def test_report_and_saved_indexes_to_read_and_to_keep(self) -> None:
        self.open(documents.done("two words"))
        summaries = self.browser.find_all("#documents summary")
        for summary in summaries:
            summary.click()
        self.assert_text("#documents details:nth-child(1) pre", "job two words: done")
        self.assert_contains("#documents details:nth-child(2) pre", "USING lantern_hnsw")
        links = self.browser.script("return [...document.querySelectorAll('#documents a')].map((a) => [a.getAttribute('href'), a.download, a.target])")
        base = "v1/jobs/two%20words"
        self.assertEqual(
            links,
            [
                [f"{base}/report?format=html", "two words.report.html", ""],
                [f"{base}/report?format=text", "two words.report.txt", ""],
                [f"{base}/report", "two words.report.json", ""],
                [f"{base}/report?format=html", "", "_blank"],
                [f"{base}/indexes?format=sql", "two words.indexes.sql", ""],
                [f"{base}/indexes", "two words.indexes.json", ""],
            ],
        )

    def test_the_servers_own_words_for_a_job_that_is_not_there(self) -> None:
        self.daemon.show(documents.done())
        self.browser.open(self.daemon.url + "#job/nobody")
        self.assert_text("#no-job", "there is no job named nobody. Hint: `lantern-migrate list` shows all jobs")
        self.assertTrue(any("404" in complaint for complaint in self.browser.complaints()))

    def test_what_to_do_when_there_are_no_jobs(self) -> None:
        self.daemon.show()
        self.browser.open(self.daemon.url)
        self.assert_text("#jobs-none", "No jobs yet. Drop a job file with: lantern-migrate submit JOB.yaml")


class PageFollows(PageCase):
    def test_a_job_to_its_end_and_says_aloud_only_what_changes(self) -> None:
        self.open(documents.running())
        watch = "window.said = []; new MutationObserver(() => said.push(document.getElementById('say').textContent)).observe(document.getElementById('say'), {childList: true})"
        self.browser.script(watch)
        for rows in (1001, 1002, 1003):
            self.daemon.change("words", progress={"rows": rows})
            self.browser.until(lambda: f"{rows:,}" in self.browser.text("#figures"))
        self.daemon.change("words", step="create_indexes")
        self.assert_text("#steps [aria-current=step]", "create indexes now")
        self.daemon.show(documents.done())
        self.assert_text("#job-state", "done")
        self.assertEqual(len(self.browser.find_all("#steps li[data-state=done]")), 11)
        self.assertEqual(self.browser.script("return said"), ["words: running, step create indexes", "words: done, step cutover"])

    def test_throughput_as_a_picture_with_axis_unit_and_words(self) -> None:
        job = documents.running()
        job["progress"] |= {"bytes_per_s": 3 * 2**20}
        self.open(job)
        for rate_mib in (6, 9):
            self.daemon.change("words", progress={"bytes_per_s": rate_mib * 2**20})
            self.assert_contains("#chart-caption", f"now {rate_mib}.0 MiB/s")
        self.assert_contains("#chart-caption", "mean 6.0 MiB/s, highest 9.0 MiB/s")
        labels = self.browser.script("return [...document.querySelectorAll('#chart text')].map((t) => t.textContent)")
        self.assertEqual(labels, ["0", "5 MiB/s", "10 MiB/s", "now", "-15s", "-30s", "-45s", "-1m"])
        points = self.browser.script("return document.querySelector('#chart .line').getAttribute('d').split('L').length")
        self.assertEqual(points, 3)

    def test_a_daemon_that_restarts(self) -> None:
        self.open(documents.running())
        self.daemon.stop()
        self.assert_text("#link", "Not connected")
        self.assert_contains("#lost", "The daemon does not answer; trying again. What is shown is from 20")
        self.assert_text("#job-name", "words")  # what was known stays
        self.daemon.jobs = {"words": documents.done()}
        self.daemon.start()
        self.assert_text("#link", "Live")
        self.assertFalse(self.browser.find("#lost").is_displayed())
        self.assert_text("#job-state", "done")
        self.browser.complaints()  # a lost connection may be in the console by the browser's own doing

    def test_the_address_and_goes_back(self) -> None:
        self.open(documents.running("one"), documents.done("two"))
        self.assertTrue(self.browser.driver.current_url.endswith("#job/one"))
        self.browser.find_all(".job-link")[1].click()
        self.assert_text("#job-name", "two")
        self.browser.driver.back()
        self.assert_text("#job-name", "one")

    def test_keeps_the_chosen_theme(self) -> None:
        ground = "return getComputedStyle(document.documentElement).backgroundColor"
        self.open(documents.done())
        light = self.browser.script(ground)
        self.browser.find("#theme option[value=dark]").click()
        dark = self.browser.script(ground)
        self.assertNotEqual(light, dark)
        self.open(documents.done())
        self.assertEqual(self.browser.script(ground), dark)
        self.browser.find("#theme option[value='']").click()
        self.assertEqual(self.browser.script(ground), light)
        self.browser.prefer("dark")
        self.assertEqual(self.browser.script(ground), dark)


if __name__ == "__main__":
    unittest.main()
