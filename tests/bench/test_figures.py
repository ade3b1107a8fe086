"""The bench's arithmetic, without a server: python3 -m unittest discover --start-directory tests/bench --top-level-directory tests"""

from __future__ import annotations

import json
import unittest
from typing import Any

from bench import acceptance, datasets, figures, report
from bench.__main__ import parse
from bench.contenders import copy_facts, rotated
from bench.extras import seconds_after
from bench.measure import Part, ProcessTimes, parse_stat


def part(wall_s: float, transfer_s: float = 1.0, cpu: tuple[float, float, float] = (0.1, 0.4, 0.6), **facts: Any) -> dict[str, Any]:
    known = {"bytes_read": 5e8, "bytes_written": 1e9, "chunks": 4}
    return Part(wall_s, transfer_s, *cpu, peak_mib=20 + wall_s, facts=known | facts).as_dict()


def numbered(runs: figures.Runs) -> figures.Runs:
    return {name: [measured | {"repetition": number} for number, measured in enumerate(parts)] for name, parts in runs.items()}


RUNS = numbered({
    "limit-1": [part(2, 2.0), part(2, 4.0), part(2, 3.0)],
    "limit-N": [part(2, cpu=(0.5, 0.0, 3.5))] * 3,
    "send-N": [part(2, cpu=(0.5, 1.5, 0.0))] * 3,
    "ours-1": [part(5, 3.0), part(7, 4.0), part(6, 3.3)],
    "ours-N": [part(4, 3.3), part(3, 3.0), part(5, 3.6)],
    "guide": [part(36), part(30), part(45)],
    "pgcopydb": [part(8), part(9), part(10)],
})


class Medians(unittest.TestCase):
    def test_are_of_what_is_known(self) -> None:
        self.assertEqual(figures.middle([3.0, None, 1.0, 2.0]), 2.0)
        self.assertEqual(figures.middle([4.0, 1.0]), 2.5)
        self.assertIsNone(figures.middle([]))
        self.assertIsNone(figures.middle([None]))

    def test_have_their_smallest_and_largest_beside_them(self) -> None:
        self.assertEqual(figures.spread([3.0, None, 1.0, 2.0]), [1.0, 3.0])
        self.assertIsNone(figures.spread([None]))

    def test_of_a_contender_name_every_measure(self) -> None:
        seen = figures.summary(RUNS["guide"])
        self.assertEqual((seen["repetitions"], seen["wall_s"], seen["wall_s_spread"]), (3, 36, [30, 45]))
        self.assertEqual(seen["target_cpu_s"], 0.6)


class Ratios(unittest.TestCase):
    def test_are_unknown_where_a_side_is_missing_or_nothing(self) -> None:
        self.assertEqual(figures.ratio(3.0, 2.0), 1.5)
        for above, below in ((None, 2.0), (3.0, None), (3.0, 0.0)):
            self.assertIsNone(figures.ratio(above, below))

    def test_of_a_data_set_compare_medians(self) -> None:
        seen = figures.dataset_figures(RUNS, cores=2)
        self.assertEqual(seen["best"], "ours-N")
        self.assertEqual(seen["wall_s"], 4)
        self.assertAlmostEqual(seen["limit_ratio"], 3.3 / 3.0)
        self.assertAlmostEqual(seen["cores_ratio"], 3.3 / ((4.0 + 2.0) / 2))
        self.assertAlmostEqual(seen["guide_ratio"], 36 / 4)
        self.assertAlmostEqual(seen["pgcopydb_ratio"], 9 / 4)

    def test_have_a_spread_that_pairs_the_parts_of_one_repetition(self) -> None:
        seen = figures.dataset_figures(RUNS, cores=2)
        self.assertEqual(seen["limit_ratio_spread"], [1.0, 1.5])
        self.assertEqual(seen["guide_ratio_spread"], [9.0, 10.0])

    def test_pair_what_there_is_where_a_contender_failed_once(self) -> None:
        seen = figures.dataset_figures(RUNS | {"guide": RUNS["guide"][1:], "send-N": RUNS["send-N"][:1]}, cores=2)
        self.assertEqual(seen["guide_ratio_spread"], [9.0, 10.0])
        self.assertEqual([round(value, 6) for value in seen["cores_ratio_spread"]], [1.1, 1.1])

    def test_of_the_daemon_count_bytes_written_and_both_servers(self) -> None:
        seen = figures.dataset_figures(RUNS, cores=2)
        self.assertAlmostEqual(seen["daemon_cpu_s_per_gb"], 0.1)
        self.assertAlmostEqual(seen["daemon_cpu_share"], 0.1)
        self.assertAlmostEqual(seen["server_cpu_s"], 1.0)

    def test_take_the_largest_peak_of_all_our_runs(self) -> None:
        self.assertEqual(figures.dataset_figures(RUNS, cores=2)["peak_mib"], 27)

    def test_without_a_limit_are_unknown(self) -> None:
        seen = figures.dataset_figures({name: parts for name, parts in RUNS.items() if name[:5] != "limit"}, cores=2)
        self.assertIsNone(seen["limit_ratio"])
        self.assertIsNone(seen["cores_ratio"])
        self.assertAlmostEqual(seen["pgcopydb_ratio"], 9 / 4)

    def test_of_the_journal_are_of_the_workers_time(self) -> None:
        timed = part(4, duration_ms=2000, workers=2, journal_ms=30, ledger_ms=10, journal_commits=6)
        self.assertAlmostEqual(figures.journal_share(timed) or 0, 0.01)
        self.assertIsNone(figures.journal_share(part(4)))
        seen = figures.dataset_figures(numbered({"ours-N": [timed]}), cores=2)
        self.assertEqual(seen["journal_commits_per_chunk"], 1.5)

    def test_nothing_measured_is_nothing_known(self) -> None:
        seen = figures.dataset_figures({"ours-1": [], "ours-N": []}, cores=2)
        self.assertEqual((seen["best"], seen["wall_s"], seen["peak_mib"]), ("", None, None))


class ProcStat(unittest.TestCase):
    def test_gives_parent_and_ticks_whatever_the_name_is(self) -> None:
        rest = "S 17 1 1 0 -1 4194560 9 8 7 6 100 20 3000 400 20 0 1 0 5 6 7"
        for name in ("postgres", "a b", "a) S 1 (b", "((", ""):
            self.assertEqual(parse_stat(f"4711 ({name}) {rest}"), ProcessTimes(parent=17, own=120, reaped=3400))


class CopyFacts(unittest.TestCase):
    REPORT: dict[str, Any] = {
        "tables": [
            {"bytes_read": 10, "bytes_written": 20, "chunks": 2, "chunks_repeated": 1},
            {"bytes_read": 1, "bytes_written": 2, "chunks": 1, "chunks_repeated": 0},
        ],
        "steps": [{"step": "connect", "duration_ms": 5}, {"step": "transfer_data", "duration_ms": 900}],
    }

    def test_come_from_tables_and_steps(self) -> None:
        facts = copy_facts(self.REPORT)
        self.assertEqual((facts["bytes_written"], facts["chunks"], facts["chunks_again"], facts["duration_ms"]), (22, 3, 1, 900))

    def test_come_from_the_last_copy_where_there_are_any(self) -> None:
        copies = [{"run": 1, "duration_ms": 400, "chunks_again": 0}, {"run": 2, "duration_ms": 300, "chunks_again": 2, "bytes_written": 7}]
        facts = copy_facts(self.REPORT | {"copies": copies})
        self.assertEqual((facts["run"], facts["duration_ms"], facts["chunks_again"], facts["bytes_written"]), (2, 300, 2, 7))
        self.assertEqual(facts["steps_ms"]["connect"], 5)

    def test_say_how_long_after_the_start_the_first_row_came(self) -> None:
        self.assertEqual(seconds_after(1_700_000_000.0, "2023-11-14T22:13:21.250Z"), 1.25)
        self.assertIsNone(seconds_after(1_700_000_000.0, None))


class Acceptance(unittest.TestCase):
    def test_compares_as_the_line_says(self) -> None:
        for value, comparison, bound, verdict in (
            (1.10, "<=", 1.10, "holds"),
            (1.11, "<=", 1.10, "FAILS"),
            (8.0, ">=", 8, "holds"),
            (7.9, ">=", 8, "FAILS"),
            (1.0, ">", 1, "FAILS"),
            (1.1, ">", 1, "holds"),
            (None, "<=", 1.10, "not measured"),
        ):
            self.assertEqual(acceptance.compare("x", value, comparison, bound).verdict(), verdict, (value, comparison, bound))

    def lines(self, **measured: Any) -> dict[str, str]:
        return {line.what: line.verdict() for line in acceptance.lines(measured)}

    def test_has_a_line_only_for_what_was_run(self) -> None:
        self.assertEqual(self.lines(), {})
        self.assertEqual(self.lines(many={"pgcopydb_ratio": 1.0}), {"many: times faster than pgcopydb": "holds"})

    def test_says_so_where_what_was_run_did_not_tell(self) -> None:
        self.assertEqual(self.lines(narrow={"limit_ratio": 1.2, "cores_ratio": 1.1, "journal_share": None}), {
            "narrow: transfer with one worker, times the limit": "FAILS",
            "narrow: transfer with a worker a core, times what the cores need": "holds",
            "narrow: journal and ledger, of the workers' time": "not measured",
        })

    def size(self, small: list[float], large: list[float]) -> str:
        def seen(rows: int, each: list[float]) -> dict[str, Any]:
            return figures.time_per_row([part(1, us * rows / 1e6) for us in each], rows)

        return self.lines(size={"small": seen(10, small), "large": seen(100, large)})["size: time a row, ten times the rows over once"]

    def test_calls_the_time_a_row_constant_within_what_was_seen_of_both(self) -> None:
        self.assertEqual(self.size([10, 11, 12], [11.5, 12.5, 13]), "holds")
        self.assertEqual(self.size([10, 11, 12], [8, 8.5, 9]), "holds")
        self.assertEqual(self.size([10, 11, 12], [12.5, 13, 14]), "FAILS")

    def test_judges_only_converters_whose_time_goes_into_bytes(self) -> None:
        self.assertEqual(self.lines(converters={"convert_value/vector_3": 1.0, "convert_value/vector_1536": 3.9}),
                         {"converters: vector_1536, GB/s": "FAILS"})

    def test_asks_of_the_resume_two_seconds_and_a_chunk_a_worker(self) -> None:
        self.assertEqual(self.lines(resume={"first_row_s": 2.1, "chunks_again_per_worker": 1.0}), {
            "resume: seconds from exec to the first new row": "FAILS",
            "resume: chunks copied again, a worker": "holds",
        })


class Converters(unittest.TestCase):
    def test_take_the_medians_of_repetitions(self) -> None:
        once = {"benchmarks": [{"name": "a", "run_name": "a", "bytes_per_second": 5e9}]}
        self.assertEqual(figures.converter_rates(once), {"a": 5.0})
        often = {"benchmarks": [
            {"name": "a_mean", "run_name": "a", "aggregate_name": "mean", "bytes_per_second": 6e9},
            {"name": "a_median", "run_name": "a", "aggregate_name": "median", "bytes_per_second": 5e9},
        ]}
        self.assertEqual(figures.converter_rates(often), {"a": 5.0})


class DataSets(unittest.TestCase):
    def test_are_cut_into_runs_of_pages_without_a_gap(self) -> None:
        for pages, parts, wanted in ((10, 1, [0]), (10, 2, [0, 5]), (10, 3, [0, 3, 6]), (1, 4, [0]), (0, 2, [0])):
            ranges = datasets.page_ranges(pages, parts)
            self.assertEqual([first for first, _ in ranges], wanted)
            self.assertEqual([end for _, end in ranges], wanted[1:] + [2**32 - 1])

    def test_have_every_place_in_their_sql_filled_in(self) -> None:
        for dataset in datasets.DATASETS.values():
            sql = datasets.rows_sql(dataset, 77)
            self.assertIn("77", sql)
            self.assertNotRegex(sql, r"\{\w+\}")


class Order(unittest.TestCase):
    def test_rotates_by_repetition(self) -> None:
        self.assertEqual([rotated(["a", "b", "c"], n) for n in range(4)],
                         [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"]])


class Options(unittest.TestCase):
    def test_default_to_everything_five_times_and_quickly_once(self) -> None:
        self.assertEqual(parse([]).repetitions, 5)
        self.assertEqual(parse(["--quick"]).repetitions, 1)
        self.assertEqual(parse(["--quick", "--repetitions", "2"]).repetitions, 2)
        self.assertEqual(parse([]).data, ["docs", "words", "wide", "narrow", "many", "verify", "resume", "size", "converters"])
        self.assertEqual(parse(["--data", "docs,size"]).data, ["docs", "size"])


class Report(unittest.TestCase):
    def test_is_a_table_that_reads_in_a_terminal_too(self) -> None:
        self.assertEqual(report.table([["data", "s"], ["docs", "1.25"]]), "| data |    s |\n|------|-----:|\n| docs | 1.25 |")

    def test_prints_a_run_that_went_through_json(self) -> None:
        machine = {"cores": 2, "memory_gib": 23.4, "processor": "a processor", "postgres": "17.6", "repetitions": 3, "quick": False}
        all_figures = {"machine": machine, "failures": [], "docs": figures.dataset_figures(RUNS, cores=2)}
        text = report.markdown(json.loads(json.dumps(all_figures)))
        self.assertIn("2 cores, 23 GiB, a processor; PostgreSQL 17.6; 3 repetitions.", text)
        self.assertIn("| docs |   4.00 |    1.10 |    1.10 |     9.0 |        2.2 |", text)
        self.assertIn("36.00 (30.00-45.00)", text)
        self.assertRegex(text, r"\| docs: times faster than the guide +\| +9 \| +>= 8 \| +holds \|")


if __name__ == "__main__":
    unittest.main()
