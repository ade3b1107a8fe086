"""What is measured of lantern-migrate alone: verify's modes, resuming after a kill, two sizes of one table, the converters."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from . import datasets
from .contenders import copy_facts, limit, ours
from .figures import converter_rates, middle, ratio, spread, time_per_row
from .measure import Failed, Part, Running, run
from .servers import BUILD, Servers
from .stage import TARGET, Stage

VERIFY_MODES = ("off", "counts", "digest", "full")
RESUME_WAIT_S = 600
CHUNKS_DONE = """
SELECT to_regclass('lantern_migrate.ledger') IS NOT NULL AS there \\gset
\\if :there
SELECT count(*) FROM lantern_migrate.ledger WHERE item LIKE 'table %' AND part >= 0;
\\else
SELECT 0;
\\endif
"""


def verify_figures(parts: list[Part]) -> dict[str, Any]:
    walls = [part.wall_s for part in parts]
    return {"wall_s": middle(walls), "wall_s_spread": spread(walls)}


def verify(stage: Stage, repetitions: int) -> dict[str, Any]:
    parts: dict[str, list[Part]] = {mode: [] for mode in VERIFY_MODES}
    for _ in range(repetitions):
        for mode in VERIFY_MODES:
            parts[mode].append(ours(stage, stage.cores, verify=mode))
    return {mode: verify_figures(done) for mode, done in parts.items()}


def chunks_there(stage: Stage) -> int:
    return int(stage.servers.target.sql(CHUNKS_DONE, TARGET))


def kill_at_half(stage: Stage, running: Running, half: int) -> int:
    """Gives the chunks that the target holds then."""
    there = 0
    try:
        while there < half and running.elapsed_s() < RESUME_WAIT_S and not running.ended():
            time.sleep(0.02)
            there = chunks_there(stage)
    finally:
        running.kill()
    if there < half:
        running.wait(statuses=(0, -9))
        raise Failed("the copy was over, or late, before it could be killed at its half")
    running.wait(statuses=(-9,))
    return chunks_there(stage)


def resume(stage: Stage, chunk_size: str) -> dict[str, Any]:
    """Kill -9 at about half the chunks, and the same command again. The servers stay up."""
    settings = {"copy": {"workers": stage.cores, "chunk_size": chunk_size}, "verify": "digest"}
    stage.fresh_target()
    chunks = copy_facts(json.loads(run(stage.migration(stage.source_url(), "whole", settings), stage.scratch).out))["chunks"]
    stage.fresh_target()
    command = stage.migration(stage.source_url(), "resume", settings)
    done = kill_at_half(stage, Running(command, stage.scratch), chunks // 2)
    ended = run(command, stage.scratch)
    stage.check_target("lantern-migrate, resumed,")
    facts = copy_facts(json.loads(ended.out))
    return {
        "chunks": chunks,
        "chunks_done": done,
        "first_row_s": seconds_after(ended.began_at, facts.get("first_row_at")),
        "wall_s": ended.wall_s,
        "workers": stage.cores,
        "chunks_again": facts["chunks_again"],
        "chunks_again_per_worker": facts["chunks_again"] / stage.cores,
    }


def seconds_after(began_at: float, moment: str | None) -> float | None:
    return datetime.fromisoformat(moment).timestamp() - began_at if moment else None


def size_parts(servers: Servers, rows: int, repetitions: int, cores: int) -> dict[str, Any]:
    """Beside the limit, which tells what the target itself takes longer for where a table is larger than its memory."""
    stage = Stage(servers, datasets.DOCS, rows, cores)
    ours_parts, limit_parts = [], []
    try:
        stage.make_limit(cores)
        for _ in range(repetitions):
            limit_parts.append(limit(stage, cores).as_dict())
            ours_parts.append(ours(stage, 4).as_dict())
    finally:
        stage.close()
    return time_per_row(ours_parts, rows) | {"limit_us_per_row": time_per_row(limit_parts, rows)["us_per_row"]}


def size(servers: Servers, quick: bool, repetitions: int, cores: int) -> dict[str, Any]:
    return {
        name: size_parts(servers, datasets.ROWS[f"size_{name}"][1 if quick else 0], repetitions, cores) for name in ("small", "large")
    }


def converters(logs: Path, quick: bool) -> dict[str, float]:
    arguments: list[str | Path] = [BUILD / "bin/codec_bench", "--benchmark_format=json"]
    arguments += ["--benchmark_min_time=0.02s"] if quick else ["--benchmark_repetitions=5", "--benchmark_report_aggregates_only=true"]
    return converter_rates(json.loads(run(arguments, logs).out))
