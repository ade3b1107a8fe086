"""A server that answers as the daemon does, from documents that a test sets: the page, the jobs, their streams, the actions."""

from __future__ import annotations

import copy
import json
import socket
import threading
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import documents
from .documents import Document

NONCE = "bm9uY2Utb2YtYS10ZXN0"
POLICY = (
    f"default-src 'none'; style-src 'nonce-{NONCE}'; script-src 'nonce-{NONCE}'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LOOK_AGAIN_S = 0.05


class FakeDaemon:
    """`with` stops it. `stop` and `start` in between are a daemon that restarts: same address, all connections cut."""

    def __init__(self, page: str, report: str = "") -> None:
        self.page = page
        self.report = report
        self.jobs: dict[str, Document] = {}
        self.events: dict[str, list[Document]] = {}
        self.requests: list[str] = []  # of targets, as they came
        self.actions: list[tuple[str, str, str | None]] = []  # (job, action, token)
        self.answer: tuple[int, Document] = (202, {"message": "job words is being cancelled"})
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self._connections: set[socket.socket] = set()
        self.stopping = threading.Event()

    def __enter__(self) -> FakeDaemon:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        self.stopping.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), type("Handler", (Handler,), {"daemon": self}))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(LOOK_AGAIN_S,), daemon=True).start()

    def stop(self) -> None:
        if self._server is None:
            return
        self.stopping.set()
        self._server.shutdown()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it ended by itself
        self._server.server_close()
        self._server = None

    def show(self, *jobs: Document) -> None:
        self.jobs = {job["name"]: job for job in jobs}
        self.events = {job["name"]: self.events.get(job["name"], documents.events()) for job in jobs}

    def change(self, name: str, **members: Any) -> None:
        """Another document in its place: streams see that it changed."""
        job = copy.deepcopy(self.jobs[name])
        job["progress"] |= members.pop("progress", {})
        self.jobs = self.jobs | {name: job | members}

    def track(self, connection: socket.socket) -> None:
        self._connections.add(connection)


class Handler(BaseHTTPRequestHandler):
    daemon: FakeDaemon
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.daemon.track(self.connection)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True  # the browser went

    def give(self, body: str | Document, kind: str = "application/json", status: int = 200, policy: str = "") -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self.daemon.requests.append(self.path)
        target = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(target.query))
        path = [urllib.parse.unquote(part) for part in target.path.split("/")[1:]]
        if path == [""]:
            return self.give(self.daemon.page, "text/html; charset=utf-8", policy=POLICY)
        if path == ["report"]:
            return self.give(self.daemon.report, "text/html; charset=utf-8")
        if path == ["v1", "stream"]:
            return self.stream(lambda: self.jobs_event())
        if path == ["v1", "jobs"]:
            return self.give(self.job_list())
        if len(path) >= 3 and path[:2] == ["v1", "jobs"] and path[2] in self.daemon.jobs:
            return self.job_part(path[2], path[3:], query)
        name = path[2] if len(path) > 2 else ""
        return self.give({"error": f"there is no job named {name}", "hint": "`lantern-migrate list` shows all jobs"}, status=404)

    def do_POST(self) -> None:
        path = [urllib.parse.unquote(part) for part in self.path.split("/")[1:]]
        self.daemon.actions.append((path[2], path[3], self.headers.get("X-Lantern-Migrate-Token")))
        status, body = self.daemon.answer
        self.give(body, status=status)

    def job_list(self) -> Document:
        return {"jobs": [documents.brief(job) for job in self.daemon.jobs.values()]}

    def job_part(self, name: str, part: list[str], query: dict[str, str]) -> None:
        if not part:
            return self.give(self.daemon.jobs[name])
        if part == ["events"]:
            after, limit = int(query.get("after", 0)), int(query.get("limit", 1000))
            found = [event for event in self.daemon.events[name] if event["id"] > after]
            return self.give({"job": name, "events": found[:limit]})
        if part == ["stream"]:
            sent = set()
            return self.stream(lambda: self.job_events(name, sent))
        if part == ["report"]:
            texts = {"text": (f"job {name}: done\n", "text/plain; charset=utf-8"), "html": (self.daemon.report, "text/html; charset=utf-8")}
            return self.give(*texts.get(query.get("format", ""), (json.dumps({"job": name}), "application/json")))
        return self.give("CREATE INDEX items_l2 ON public.items USING lantern_hnsw (v dist_l2sq_ops);\n", "application/sql")

    def jobs_event(self) -> str:
        return f"event: jobs\ndata: {json.dumps(self.job_list())}\n\n"

    def job_events(self, name: str, sent: set[int]) -> str:
        out = f"event: job\ndata: {json.dumps(self.daemon.jobs[name])}\n\n" if name in self.daemon.jobs else ""
        for event in self.daemon.events.get(name, []):
            if event["id"] not in sent:
                out += f"id: {event['id']}\nevent: event\ndata: {json.dumps(event)}\n\n"
        sent.update(event["id"] for event in self.daemon.events.get(name, []))
        return out

    def stream(self, tell: Callable[[], str]) -> None:
        """Tells at the begin, and again whenever what there is to tell is another."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        told = ""
        while not self.daemon.stopping.wait(LOOK_AGAIN_S):
            now = tell()
            if now and now != told:
                self.wfile.write(now.encode())
                self.wfile.flush()
            told = now
