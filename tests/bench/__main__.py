"""The bench from the beginning to the end; packaging/bench calls it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import acceptance, datasets, extras, report
from .contenders import Altered, contenders, rotated
from .figures import Runs, dataset_figures
from .measure import Failed, Part, run
from .servers import Servers, make_scratch
from .stage import Stage, processors

OTHERS = ("verify", "resume", "size", "converters")  # besides the data sets
CHUNK_SIZE = {"resume": ("32MiB", "256KiB")}  # full, quick: several chunks a worker


class Bench:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.figures: dict[str, Any] = {"failures": []}
        self.cores = processors()
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:7.1f}  {text}", flush=True)

    def wanted(self, *names: str) -> bool:
        return any(name in self.options.data for name in names)

    def run(self, servers: Servers) -> None:
        self.figures["machine"] = self._machine(servers)
        for dataset in datasets.DATASETS.values():
            if self.wanted(dataset.name, *(("verify", "resume") if dataset is datasets.DOCS else ())):
                self._dataset(servers, dataset)
        repetitions = min(3, self.options.repetitions)
        if self.wanted("size"):
            self._extra("size", lambda: extras.size(servers, self.options.quick, repetitions, self.cores))
        if self.wanted("converters"):
            self._extra("converters", lambda: extras.converters(servers.scratch, self.options.quick))

    def _dataset(self, servers: Servers, dataset: datasets.Dataset) -> None:
        self.say(f"{dataset.name}: making the source's rows")
        stage = Stage(servers, dataset, datasets.ROWS[dataset.name][1 if self.options.quick else 0], self.cores)
        try:
            if self.wanted(dataset.name):
                self._contest(stage)
            if dataset is datasets.DOCS and self.wanted("verify"):
                self._extra("verify", lambda: extras.verify(stage, min(3, self.options.repetitions)))
            if dataset is datasets.DOCS and self.wanted("resume"):
                self._extra("resume", lambda: extras.resume(stage, CHUNK_SIZE["resume"][1 if self.options.quick else 0]))
        finally:
            stage.close()

    def _contest(self, stage: Stage) -> None:
        if stage.dataset.table:
            stage.make_limit(1, stage.cores)
        altered = Altered(stage)
        runners = contenders(stage, altered)
        runs: Runs = {name: [] for name in runners}
        # Whoever came first would pay for memory and WAL files that the servers touch for the first time.
        if not self.options.quick:
            self._part(stage.dataset.name, "warming up", runners["ours-1"])
        for repetition in range(self.options.repetitions):
            for name in rotated(list(runners), repetition):
                part = self._part(stage.dataset.name, name, runners[name])
                if part is not None:
                    runs[name].append(part.as_dict() | {"repetition": repetition})
            altered.drop()
        self.figures[stage.dataset.name] = dataset_figures(runs, self.cores) | {"rows": stage.rows, "runs": runs}

    def _part(self, data: str, name: str, contender: Callable[[], Part]) -> Part | None:
        try:
            part = contender()
        except Failed as failed:
            self._failed(data, name, failed)
            return None
        cpu = f"CPU client {part.client_cpu_s:.2f} source {part.source_cpu_s:.2f} target {part.target_cpu_s:.2f}"
        self.say(f"{data:8} {name:10} wall {part.wall_s:7.2f} s  transfer {part.transfer_s:7.2f} s  {cpu}  peak {part.peak_mib:.0f} MiB")
        return part

    def _extra(self, name: str, measure: Callable[[], dict[str, Any]]) -> None:
        self.say(name)
        try:
            self.figures[name] = measure()
        except Failed as failed:
            self._failed(name, "lantern-migrate", failed)

    def _failed(self, data: str, contender: str, failed: Failed) -> None:
        self.say(f"{data:8} {contender:10} FAILED: {failed}")
        self.figures["failures"].append({"data": data, "contender": contender, "reason": str(failed)})

    def _machine(self, servers: Servers) -> dict[str, Any]:
        models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        return {
            "cores": self.cores,
            "memory_gib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30,
            "processor": models[0] if models else "unknown",
            "postgres": servers.source.sql("SHOW server_version", "postgres"),
            "pgcopydb": run(["pgcopydb", "--version"], servers.scratch).out.splitlines()[0],
            "quick": self.options.quick,
            "repetitions": self.options.repetitions,
        }

    def finish(self) -> None:
        """Also of a run that was broken off: what there is."""
        self.figures["wall_s"] = time.monotonic() - self.began
        self.figures["acceptance"] = acceptance.as_dicts(acceptance.lines(self.figures))
        self.figures["journal_share"] = {name: self.figures[name]["journal_share"] for name in datasets.DATASETS if name in self.figures}
        if self.options.json:
            self.options.json.write_text(json.dumps(self.figures, indent=1) + "\n", encoding="utf-8")
        if "machine" in self.figures:
            print("\n" + report.markdown(self.figures), flush=True)


def data_list(text: str) -> list[str]:
    known = [*datasets.DATASETS, *OTHERS]
    chosen = text.split(",")
    for name in chosen:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name}: unknown; there are {', '.join(known)}")
    return chosen


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="packaging/bench", allow_abbrev=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=lambda path: Path(path).absolute())
    parser.add_argument("--data", type=data_list, default=[*datasets.DATASETS, *OTHERS])
    parser.add_argument("--repetitions", type=int)
    options = parser.parse_args(arguments)
    if options.repetitions is None:
        options.repetitions = 1 if options.quick else 5
    if options.repetitions < 1:
        parser.error("--repetitions: at least 1")
    return options


def main() -> int:
    bench = Bench(parse(sys.argv[1:]))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    scratch = make_scratch()
    try:
        with Servers(scratch) as servers:
            bench.run(servers)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        bench.finish()
    # A line that fails is a figure; a copy that was not what it should be is an error.
    return 1 if bench.figures["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
