"""Documents that the daemon would give: two of a real daemon's (fixtures/), and every other state made from them."""

from __future__ import annotations

import copy
import json
import urllib.parse
from pathlib import Path
from typing import Any

Document = dict[str, Any]
FIXTURES = Path(__file__).resolve().parent / "fixtures"
ODD_NAME = "<script>alert(1)</script> \"a'b\" 50%/ü&amp;"


def quoted(name: str) -> str:
    """As encodeURIComponent does it."""
    return urllib.parse.quote(name, safe="!'()*-._~")


def fixture(name: str) -> Document:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def running(name: str = "words") -> Document:
    return fixture("status-running") | {"name": name}


def done(name: str = "words") -> Document:
    return fixture("status-done") | {"name": name}


def stopped(disposition: str, name: str = "words", **members: Any) -> Document:
    """A job of which nothing runs: memory knows no rate and no activity."""
    job = running(name) | {"disposition": disposition} | members
    job["progress"] |= {"activity": "", "throttle": "", "bytes_per_s": 0, "left_s": None}
    return job


def queued(name: str = "words") -> Document:
    job = stopped("queued", name, step="connect", runs=0)
    job["progress"] |= {key: 0 for key in ("rows", "bytes", "bytes_total", "wire_bytes", "chunks", "chunks_done", "builds", "builds_done")}
    job["progress"] |= {"tables": [], "builds_list": []}
    return job


def paused(name: str = "words") -> Document:
    return stopped("paused", name)


def failed(name: str = "words") -> Document:
    return stopped(
        "failed",
        name,
        step="connect",
        reason='source: connection to server at "127.0.0.1", port 5432 failed: FATAL:  password authentication failed for user "reader"',
        hint="correct the password in the job's source, then retry the job",
        sqlstate="28P01",
    )


def trying_again(name: str = "words") -> Document:
    return stopped(
        "failed",
        name,
        reason="target: server closed the connection unexpectedly",
        hint="is the server running?",
        sqlstate="08006",
        transient=True,
        retry_at="2026-01-31T12:00:01.250Z",
    )


def waiting(name: str = "words") -> Document:
    job = done(name) | {"disposition": "waiting", "step": "cutover", "finished_at": None, "exit_status": 3}
    job["reason"] = "everything is copied, built and verified; the job waits for the operator's word"
    job["hint"] = f"lantern-migrate cutover {name}"
    return job


def different(name: str = "words") -> Document:
    job = done(name) | {"disposition": "failed", "step": "verify", "finished_at": None, "different": True, "exit_status": 4}
    job["reason"] = "table public.items differs: 20,000 rows were sent and 19,999 were found"
    job["hint"] = "do not use the target; find who writes to it, then retry the job"
    return job


def cancelled(name: str = "words") -> Document:
    return stopped("cancelled", name, finished_at="2026-01-31T12:00:01.250Z")


def many_tables(name: str = "words", count: int = 3000) -> Document:
    job = running(name)
    tables, builds = [], []
    for i in range(count):
        total = 8192 + 4_000_000_000 // (i + 1)
        done_chunks = 4 if i < count // 3 else 2 if i < count // 3 + 4 else 0
        tables.append(
            {"name": f"shop.table_{i:04}", "rows": 250 * done_chunks, "bytes": total * done_chunks // 4, "bytes_total": total}
            | {"chunks_done": done_chunks, "chunks": 4}
        )
        state = "done" if i < count // 3 - 8 else "begun" if i < count // 3 - 6 else "failed" if i == count // 3 else "pending"
        builds.append({"item": f"key shop.table_{i:04}_pkey", "table": f"shop.table_{i:04}", "state": state, "elapsed_ms": 0 if state == "pending" else 1500})
    totals = {key: sum(table[key] for table in tables) for key in ("rows", "bytes", "bytes_total", "chunks_done", "chunks")}
    builds_done = sum(build["state"] == "done" for build in builds)
    job["progress"] |= totals | {"tables": tables, "builds_list": builds, "builds": count, "builds_done": builds_done, "left_s": 3725}
    job["progress"] |= {"activity": f"copying 4 of {count} tables", "bytes_per_s": 212_000_000.5}
    return job


def odd_names() -> Document:
    job = failed(ODD_NAME) | {"reason": f"{ODD_NAME} is no name", "hint": "<img src=x onerror=alert(1)>", "file": f"/spool/{ODD_NAME}.yaml"}
    job["source"] = job["target"] = "url postgresql://<b>reader</b>@old.example/app"
    for i, table in enumerate(job["progress"]["tables"]):
        table["name"] = f"{ODD_NAME}.{i}"
    for i, build in enumerate(job["progress"]["builds_list"]):
        build["item"] = f"index {ODD_NAME}.{i}"
    return job


def brief(job: Document) -> Document:
    """As in the list of all jobs."""
    job = copy.deepcopy(job)
    for key in ("tables", "builds_list"):
        job["progress"].pop(key)
    return job


def events() -> list[Document]:
    """The real daemon's, and more as a job of many days would have them."""
    first = fixture("events")["events"]
    kinds = [("info", "paused", "paused by the operator"), ("info", "resumed", "resumed by the operator")]
    kinds += [("warning", "retry", "target: server closed the connection unexpectedly; tried again in 1.0s")]
    more = [dict(zip(("severity", "kind", "text"), kinds[i % 3])) | {"id": first[-1]["id"] + 1 + i, "at": f"2026-12-01T10:{i:02}:07.250Z"} for i in range(27)]
    return first + more


STATES = {
    "running": running,
    "queued": queued,
    "paused": paused,
    "failed": failed,
    "trying-again": trying_again,
    "waiting": waiting,
    "different": different,
    "cancelled": cancelled,
    "done": done,
    "many-tables": many_tables,
}
