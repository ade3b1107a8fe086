"""What the bench is to show, line by line, each with what was seen and whether it holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .figures import overlap

SHAPES = ("docs", "words", "wide", "narrow")
# Converters of long vectors, and of rows of some KB that pass through as they are: the others' time goes into rows, not bytes.
CONVERTERS = ("convert_value/vector_100", "convert_value/vector_384", "convert_value/vector_1536", "convert_value/halfvec_768",
              "convert_value/halfvec_1536", "convert_value/sparsevec_1536_of_100", "convert_value/vector_array_8_of_384", "convert_value/array_1536_of_int4",
              "convert_value/pass_through_12KB")


@dataclass(frozen=True)
class Line:
    what: str
    value: float | None  # None: not measured in this run
    comparison: str  # "<=", ">=", ">": the value's to the bound
    bound: float
    holds: bool | None

    def verdict(self) -> str:
        return {True: "holds", False: "FAILS", None: "not measured"}[self.holds]


def compare(what: str, value: float | None, comparison: str, bound: float) -> Line:
    if value is None:
        return Line(what, None, comparison, bound, None)
    holds = {"<=": value <= bound, ">=": value >= bound, ">": value > bound}[comparison]
    return Line(what, value, comparison, bound, holds)


def shape_lines(figures: dict[str, Any]) -> Iterator[Line]:
    def seen(dataset: str, key: str) -> float | None:
        return figures.get(dataset, {}).get(key)

    for shape in SHAPES:
        yield compare(f"{shape}: transfer with one worker, times the limit", seen(shape, "limit_ratio"), "<=", 1.10)
    for shape in SHAPES:
        yield compare(f"{shape}: transfer with a worker a core, times what the cores need", seen(shape, "cores_ratio"), "<=", 1.15)
    yield compare("docs: times faster than the guide", seen("docs", "guide_ratio"), ">=", 8)
    yield compare("docs: times faster than pgcopydb", seen("docs", "pgcopydb_ratio"), ">=", 2)
    for shape in ("words", "wide"):
        yield compare(f"{shape}: times faster than the guide", seen(shape, "guide_ratio"), ">", 1)
        yield compare(f"{shape}: times faster than pgcopydb", seen(shape, "pgcopydb_ratio"), ">", 1)
    yield compare("many: times faster than pgcopydb", seen("many", "pgcopydb_ratio"), ">=", 1)
    yield compare("docs: daemon's CPU, of the two servers'", seen("docs", "daemon_cpu_share"), "<=", 0.25)
    for shape in SHAPES:
        yield compare(f"{shape}: journal and ledger, of the workers' time", seen(shape, "journal_share"), "<=", 0.02)


def size_lines(size: dict[str, Any]) -> Iterator[Line]:
    small, large = size["small"], size["large"]
    yield compare(f"size: peak MiB with 4 workers, {small['rows']} rows", small["peak_mib"], "<=", 48)
    yield compare(f"size: peak MiB with 4 workers, {large['rows']} rows", large["peak_mib"], "<=", 48)
    # Within the noise: what was seen of one overlaps with what was seen of the other, or the larger one is the faster.
    ratio = large["us_per_row"] / small["us_per_row"]
    constant = ratio <= 1 or overlap(small["us_per_row_spread"], large["us_per_row_spread"])
    yield Line("size: time a row, ten times the rows over once", ratio, "<=", 1, constant)


def other_lines(figures: dict[str, Any]) -> Iterator[Line]:
    if "size" in figures:
        yield from size_lines(figures["size"])
    rates = figures.get("converters", {})
    for name in CONVERTERS:
        if name in rates:
            yield compare(f"converters: {name.partition('/')[2]}, GB/s", rates[name], ">=", 4)
    resume = figures.get("resume")
    if resume:
        yield compare("resume: seconds from exec to the first new row", resume["first_row_s"], "<=", 2)
        yield compare("resume: chunks copied again, a worker", resume["chunks_again_per_worker"], "<=", 1)


def lines(figures: dict[str, Any]) -> list[Line]:
    measured = [line for line in shape_lines(figures) if line.holds is not None or line.what.partition(":")[0] in figures]
    return measured + list(other_lines(figures))


def as_dicts(found: list[Line]) -> list[dict[str, Any]]:
    return [asdict(line) | {"verdict": line.verdict()} for line in found]
