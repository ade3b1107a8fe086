"""The figures as text.

    python3 -m bench.report --markdown FILE.json     the table of packaging/doc/performance.md, from the JSON of a run
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from . import acceptance
from .datasets import DATASETS

FIGURES = {  # of a data set: heading, key, how to print
    "wall s": ("wall_s", "{:.2f}"),
    "limit x": ("limit_ratio", "{:.2f}"),
    "cores x": ("cores_ratio", "{:.2f}"),
    "guide x": ("guide_ratio", "{:.1f}"),
    "pgcopydb x": ("pgcopydb_ratio", "{:.1f}"),
    "peak MiB": ("peak_mib", "{:.0f}"),
    "daemon CPU s/GB": ("daemon_cpu_s_per_gb", "{:.2f}"),
    "daemon CPU share": ("daemon_cpu_share", "{:.2f}"),
    "journal share": ("journal_share", "{:.4f}"),
    "read MB": ("bytes_read", "mb"),
    "written MB": ("bytes_written", "mb"),
    "chunks": ("chunks", "{:.0f}"),
}


def shown(value: float | None, form: str) -> str:
    if value is None:
        return "-"
    return f"{value / 1e6:.0f}" if form == "mb" else form.format(value)


def ranged(figures: dict[str, Any], key: str) -> str:
    spread = figures[f"{key}_spread"]
    return f"{figures[key]:.2f} ({spread[0]:.2f}-{spread[1]:.2f})" if spread else "-"


def table(rows: list[list[str]]) -> str:
    """Markdown, aligned, so that a terminal shows it as well."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(cells: list[str]) -> str:
        first, *rest = [cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(cells, widths))]
        return "| " + " | ".join([first, *rest]) + " |"

    rule = "|" + "|".join("-" * (width + 2) if column == 0 else "-" * (width + 1) + ":" for column, width in enumerate(widths)) + "|"
    return "\n".join([line(rows[0]), rule, *map(line, rows[1:])])


def dataset_table(figures: dict[str, Any]) -> str:
    rows = [["data", *FIGURES]]
    for name in DATASETS:
        if name in figures:
            rows.append([name, *(shown(figures[name].get(key), form) for key, form in FIGURES.values())])
    return table(rows)


def contender_table(figures: dict[str, Any]) -> str:
    rows = [["data", "contender", "wall s (min-max)", "transfer s (min-max)", "client CPU s", "source CPU s", "target CPU s", "peak MiB"]]
    for name in DATASETS:
        for contender, seen in figures.get(name, {}).get("contenders", {}).items():
            cpu = [f"{seen[key]:.2f}" for key in ("client_cpu_s", "source_cpu_s", "target_cpu_s")]
            rows.append([name, contender, ranged(seen, "wall_s"), ranged(seen, "transfer_s"), *cpu, f"{seen['peak_mib']:.0f}"])
    return table(rows)


def acceptance_table(figures: dict[str, Any]) -> str:
    rows = [["line", "seen", "wanted", ""]]
    for line in acceptance.lines(figures):
        rows.append([line.what, shown(line.value, "{:.3g}"), f"{line.comparison} {line.bound:g}", line.verdict()])
    return table(rows)


def verify_table(verify: dict[str, Any]) -> str:
    rows = [["verify", "wall s (min-max)", "share of the whole"]]
    # By what it makes longer: the step itself has little left to do where rows are read back while keys are built.
    without = verify["off"]["wall_s"]
    rows += [[mode, ranged(seen, "wall_s"), f"{max(0.0, 1 - without / seen['wall_s']):.2f}"] for mode, seen in verify.items()]
    return table(rows)


def converter_table(rates: dict[str, float]) -> str:
    return table([["converter", "GB/s"], *([name, f"{rate:.2f}"] for name, rate in rates.items())])


def size_table(size: dict[str, Any]) -> str:
    rows = [["rows", "transfer, us a row (min-max)", "limit-N, us a row", "peak MiB"]]
    for seen in size.values():
        rows.append([str(seen["rows"]), ranged(seen, "us_per_row"), f"{seen['limit_us_per_row']:.2f}", f"{seen['peak_mib']:.0f}"])
    return table(rows)


def resume_text(resume: dict[str, Any]) -> str:
    first = shown(resume["first_row_s"], "{:.2f} s")
    return (f"Killed with {resume['chunks_done']} of {resume['chunks']} chunks there: first new row {first} after the start, "
            f"{resume['chunks_again']} chunks copied again by {resume['workers']} workers.")


def markdown(figures: dict[str, Any]) -> str:
    machine = figures["machine"]
    parts = [f"{machine['cores']} cores, {machine['memory_gib']:.0f} GiB, {machine['processor']}; PostgreSQL {machine['postgres']}; "
             f"{machine['repetitions']} repetitions" + (", small data: these figures say nothing about speed" if machine["quick"] else "") + "."]
    if any(name in figures for name in DATASETS):
        parts += [dataset_table(figures), contender_table(figures)]
    for key, print_it in (("verify", verify_table), ("size", size_table), ("resume", resume_text), ("converters", converter_table)):
        if figures.get(key):
            parts.append(print_it(figures[key]))
    parts.append(acceptance_table(figures))
    parts += [f"{failure['data']}, {failure['contender']} FAILED: {failure['reason']}" for failure in figures.get("failures", [])]
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m bench.report", description="prints a run's figures as text")
    parser.add_argument("--markdown", metavar="FILE.json", type=Path, required=True, help="what packaging/bench --json wrote")
    print(markdown(json.loads(parser.parse_args().markdown.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
