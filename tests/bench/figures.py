"""From parts measured to figures: medians, spread, ratios. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

Runs = dict[str, list[dict[str, Any]]]  # contender -> its parts, each with the number of its repetition

GB = 1e9
COMPARED = ("wall_s", "transfer_s", "client_cpu_s", "source_cpu_s", "target_cpu_s", "peak_mib")


def ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def spread(values: Iterable[float | None]) -> list[float] | None:
    """Smallest and largest."""
    known = [value for value in values if value is not None]
    return [min(known), max(known)] if known else None


def of(runs: Runs, contender: str, key: str) -> float | None:
    return middle(part[key] for part in runs.get(contender, []))


def summary(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """A contender's medians, and beside each `NAME_spread`."""
    figures: dict[str, Any] = {"repetitions": len(parts)}
    for key in COMPARED:
        figures[key] = middle(part[key] for part in parts)
        figures[f"{key}_spread"] = spread(part[key] for part in parts)
    return figures


def best_of_ours(runs: Runs) -> str:
    """The setting with the shortest whole run."""
    there = [name for name in ("ours-N", "ours-1") if runs.get(name)]
    return min(there, key=lambda name: of(runs, name, "wall_s") or 0.0) if there else ""


def cpu_s(part: dict[str, Any]) -> float:
    return float(part["client_cpu_s"] + part["source_cpu_s"] + part["target_cpu_s"])


def cores_floor_s(limit: dict[str, Any], send: dict[str, Any], cores: int) -> float:
    """What the cores cannot do without: loading the rows ready-made, and sending them to nowhere, evenly over all cores."""
    return (cpu_s(limit) + cpu_s(send)) / cores


def journal_share(part: dict[str, Any]) -> float | None:
    """Of the workers' time, what the journal and the ledger took; None where the report does not tell."""
    facts = part["facts"]
    if "journal_ms" not in facts:
        return None
    return ratio(facts["journal_ms"] + facts["ledger_ms"], facts["workers"] * facts["duration_ms"])


def paired(runs: Runs, above: str, below: str, key: str) -> list[float | None]:
    """Ratios within each repetition: their spread is free of a machine that slows down over the run."""
    other = by_repetition(runs, below)
    return [ratio(part[key], other[number][key]) for number, part in by_repetition(runs, above).items() if number in other]


def by_repetition(runs: Runs, contender: str) -> dict[int, dict[str, Any]]:
    """A contender that failed once is missing there."""
    return {part["repetition"]: part for part in runs.get(contender, [])}


def floors_by_repetition(runs: Runs, cores: int) -> dict[int, float]:
    send = by_repetition(runs, "send-N")
    return {number: cores_floor_s(limit, send[number], cores) for number, limit in by_repetition(runs, "limit-N").items() if number in send}


def put_ratio(figures: dict[str, Any], name: str, value: float | None, each: list[float | None]) -> None:
    figures[name] = value
    figures[f"{name}_spread"] = spread(each)


def put_ratios(figures: dict[str, Any], runs: Runs, best: str, cores: int) -> None:
    put_ratio(figures, "limit_ratio", ratio(of(runs, "ours-1", "transfer_s"), of(runs, "limit-1", "transfer_s")),
              paired(runs, "ours-1", "limit-1", "transfer_s"))
    floors = floors_by_repetition(runs, cores)
    ours = by_repetition(runs, "ours-N")
    put_ratio(figures, "cores_ratio", ratio(of(runs, "ours-N", "transfer_s"), middle(floors.values())),
              [ratio(ours[number]["transfer_s"], floor) for number, floor in floors.items() if number in ours])
    for rival in ("guide", "pgcopydb"):
        put_ratio(figures, f"{rival}_ratio", ratio(of(runs, rival, "wall_s"), of(runs, best, "wall_s")),
                  paired(runs, rival, best, "wall_s"))


def dataset_figures(runs: Runs, cores: int) -> dict[str, Any]:
    """A data set's entry of the JSON."""
    best = best_of_ours(runs)
    parts = runs.get(best, [])
    figures: dict[str, Any] = {"wall_s": of(runs, best, "wall_s"), "transfer_s": of(runs, best, "transfer_s"), "best": best}
    put_ratios(figures, runs, best, cores)

    def facts(tell: Callable[[dict[str, Any]], float | None]) -> float | None:
        return middle(tell(part) for part in parts)

    ours = [part for name in ("ours-1", "ours-N") for part in runs.get(name, [])]
    figures["peak_mib"] = max((part["peak_mib"] for part in ours), default=None)
    figures["daemon_cpu_s_per_gb"] = facts(lambda part: ratio(part["client_cpu_s"], part["facts"]["bytes_written"] / GB))
    figures["daemon_cpu_share"] = facts(lambda part: ratio(part["client_cpu_s"], part["source_cpu_s"] + part["target_cpu_s"]))
    figures["server_cpu_s"] = facts(lambda part: part["source_cpu_s"] + part["target_cpu_s"])
    for key in ("bytes_read", "bytes_written", "chunks", "journal_commits"):
        figures[key] = facts(lambda part: part["facts"].get(key))
    figures["journal_commits_per_chunk"] = ratio(figures["journal_commits"], figures["chunks"])
    figures["journal_share"] = facts(journal_share)
    figures["contenders"] = {name: summary(parts) for name, parts in runs.items() if parts}
    return figures


def time_per_row(parts: list[dict[str, Any]], rows: int) -> dict[str, Any]:
    """One size of the pair: microseconds of transfer a row, and the largest peak."""
    each = [part["transfer_s"] * 1e6 / rows for part in parts]
    return {"rows": rows, "us_per_row": middle(each), "us_per_row_spread": spread(each), "peak_mib": max(part["peak_mib"] for part in parts)}


def overlap(one: list[float], other: list[float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def converter_rates(report: dict[str, Any]) -> dict[str, float]:
    """GB of output a second and core, from Google Benchmark's JSON. With repetitions, its medians."""
    entries = report["benchmarks"]
    medians = [entry for entry in entries if entry.get("aggregate_name") == "median"]
    return {entry.get("run_name", entry["name"]): entry["bytes_per_second"] / GB for entry in medians or entries}
