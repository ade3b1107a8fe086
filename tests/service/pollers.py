"""Many clients at once: each asks for a job's status every second on a connection that it keeps, or follows the job's events.

    python3 -m service.pollers SOCKET JOB SECONDS --clients 200 --streams 50

Prints what was answered, as JSON. One thread and no library between: what it costs is not the daemon's cost.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field


@dataclass
class Client:
    connection: socket.socket
    request: bytes
    stream: bool
    next_at: float
    unread: bytearray = field(default_factory=bytearray)
    waiting_since: float = 0.0


@dataclass
class Figures:
    answers: int = 0
    frames: int = 0
    bytes: int = 0
    errors: int = 0
    slowest_s: float = 0.0


def connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    connection.setblocking(False)
    return connection


def take_answer(client: Client, figures: Figures, now: float) -> None:
    head, separator, body = client.unread.partition(b"\r\n\r\n")
    if not separator:
        return
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    if len(body) < length:
        return
    if not head.startswith(b"HTTP/1.1 200 "):
        figures.errors += 1
    client.unread.clear()
    figures.answers += 1
    figures.slowest_s = max(figures.slowest_s, now - client.waiting_since)
    client.waiting_since = 0.0


def read(client: Client, figures: Figures) -> None:
    try:
        data = client.connection.recv(1 << 16)
    except BlockingIOError:
        return
    if not data:
        raise ConnectionResetError("the daemon closed a connection")
    figures.bytes += len(data)
    if client.stream:
        figures.frames += data.count(b"\nevent: ") + data.startswith(b"event: ")
        return
    client.unread += data
    take_answer(client, figures, time.monotonic())


def run(path: str, job: str, seconds: float, clients: int, streams: int) -> Figures:
    figures = Figures()
    poll = f"GET /v1/jobs/{job} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    follow = f"GET /v1/jobs/{job}/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    begin = time.monotonic()
    everyone = [Client(connect(path), poll, False, begin + i / max(clients, 1)) for i in range(clients)]
    followers = [Client(connect(path), follow, True, 0) for _ in range(streams)]
    with selectors.DefaultSelector() as selector:
        for client in followers:
            client.connection.sendall(client.request)
        for client in everyone + followers:
            selector.register(client.connection, selectors.EVENT_READ, client)
        while (now := time.monotonic()) < begin + seconds:
            for client in everyone:
                if client.waiting_since == 0.0 and client.next_at <= now:
                    client.connection.sendall(client.request)
                    client.waiting_since = now
                    client.next_at += 1
            for key, _ in selector.select(0.01):
                read(key.data, figures)
    for client in everyone + followers:
        client.connection.close()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("socket")
    parser.add_argument("job")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--streams", type=int, default=50)
    given = parser.parse_args()
    figures = run(given.socket, given.job, given.seconds, given.clients, given.streams)
    json.dump(vars(figures), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
