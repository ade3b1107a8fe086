"""packaging/doc/openapi.yaml is what the daemon does: every route, parameter, answer and field, in both directions."""

from __future__ import annotations

import json
import re
import subprocess
import unittest
from collections.abc import Iterator
from typing import Any

import yaml
from bench.servers import Servers, make_scratch
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from .rig import BUILD, CHECKOUT, Answer, Daemon, eventually

DOCUMENT = yaml.safe_load((CHECKOUT / "packaging/doc/openapi.yaml").read_text(encoding="utf-8"))

SOURCE_SQL = """
CREATE EXTENSION vector;
CREATE TABLE words (id int PRIMARY KEY, word text NOT NULL, embedding vector(3));
INSERT INTO words SELECT i, 'w' || i, ARRAY[i, 1, 2]::real[]::vector FROM generate_series(1, 1000) i;
CREATE INDEX words_embedding ON words USING hnsw (embedding vector_l2_ops);
CREATE INDEX words_cosine ON words USING ivfflat (embedding vector_cosine_ops) WITH (lists = 4);
"""


def resolve(node: Any) -> Any:
    while "$ref" in node:
        target = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post"):
                yield method.upper(), path, operation | {"parameters": item.get("parameters", []) + operation.get("parameters", [])}


def query_parameters(operation: dict[str, Any]) -> set[str]:
    return {resolve(p)["name"] for p in operation["parameters"] if resolve(p)["in"] == "query"}


def complaint(method: str, path: str, answer: Answer) -> str:
    """Why an answer is not what the document says; empty if it is."""
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]
    described = resolve(responses.get(str(answer.status), responses["default"]))
    kind = answer.type.split(";")[0]
    if kind not in described["content"]:
        return f"{answer.status} with {answer.type}"
    if kind != "application/json":
        return ""
    schema = {"components": DOCUMENT["components"], **described["content"][kind]["schema"]}
    errors = Draft202012Validator(schema).iter_errors(answer.json())
    return "; ".join(f"{error.json_path}: {error.message}" for error in errors)


class OpenApi(unittest.TestCase):
    servers: Servers
    daemon: Daemon

    @classmethod
    def setUpClass(cls) -> None:
        scratch = make_scratch()
        cls.servers = cls.enterClassContext(Servers(scratch, BUILD))
        cls.servers.source.create_database("app")
        cls.servers.source.sql(SOURCE_SQL, "app")
        for database in ("done", "held"):
            cls.servers.target.create_database(database)
        directory = scratch / "daemon"
        directory.mkdir()
        cls.daemon = cls.enterClassContext(Daemon(directory))
        source = {"url": cls.servers.source.url("app")}
        cls.daemon.drop("done", {"source": source, "target": {"url": cls.servers.target.url("done")}})
        cls.daemon.drop("held", {"source": source, "target": {"url": cls.servers.target.url("held")}, "cutover": "wait"})
        # Its server is not there: it waits for its next try.
        nobody = {"url": "postgresql://postgres@127.0.0.1:1/app"}
        cls.daemon.drop("lost", {"source": nobody, "target": {"url": cls.servers.target.url("done")}})
        cls.daemon.await_disposition("done", "done")
        cls.daemon.await_disposition("held", "waiting")
        eventually(lambda: cls.daemon.status("lost")["disposition"] == "failed", "a job without a server")

    def expect(self, method: str, path: str, target: str, status: int, **request: Any) -> Answer:
        answer = self.daemon.ask(method, target, **request)
        self.assertEqual((answer.status, complaint(method, path, answer)), (status, ""), f"{method} {target}: {answer.body[:500]!r}")
        return answer

    def test_is_valid(self) -> None:
        validate(DOCUMENT)

    def test_has_the_servers_routes_and_parameters_and_no_others(self) -> None:
        printed = subprocess.run([BUILD / "bin/print_routes"], capture_output=True, text=True, check=True).stdout
        served = {(route["method"], route["path"]): set(route["parameters"]) for route in json.loads(printed)}
        self.assertEqual(served, {(method, path): query_parameters(operation) for method, path, operation in operations()})

    def test_describes_every_document_of_every_job(self) -> None:
        self.expect("GET", "/", "/", 200)
        self.expect("GET", "/metrics", "/metrics", 200)
        self.expect("GET", "/v1/jobs", "/v1/jobs", 200)
        for job in ("done", "held", "lost"):
            self.expect("GET", "/v1/jobs/{job}", f"/v1/jobs/{job}", 200)
            for part, formats in (("events", []), ("report", ["json", "text", "html"]), ("indexes", ["json", "sql"])):
                path = f"/v1/jobs/{{job}}/{part}"
                self.expect("GET", path, f"/v1/jobs/{job}/{part}", 200)
                for form in formats:
                    self.expect("GET", path, f"/v1/jobs/{job}/{part}?format={form}", 200)

    def test_describes_what_is_really_in_them(self) -> None:
        """A schema that a document without tables, builds or events would meet proves nothing."""
        status = self.daemon.ask("GET", "/v1/jobs/done").json()
        self.assertTrue(status["progress"]["tables"] and status["progress"]["builds_list"])
        report = self.daemon.ask("GET", "/v1/jobs/done/report").json()
        for part in ("tables", "steps", "copies", "findings", "indexes", "builds", "verifications", "application_changes"):
            self.assertTrue(report[part], part)
        self.assertTrue(self.daemon.ask("GET", "/v1/jobs/lost/report").json()["incidents"])
        spoiled = status | {"surprise": 1}
        schema = {"components": DOCUMENT["components"], "$ref": "#/components/schemas/WholeStatus"}
        self.assertFalse(Draft202012Validator(schema).is_valid(spoiled))
        del spoiled["surprise"], spoiled["wish"]
        self.assertFalse(Draft202012Validator(schema).is_valid(spoiled))

    def test_describes_the_errors(self) -> None:
        for method, path, operation in operations():
            target = path.replace("{job}", "nobody")
            if "{job}" in path:
                self.expect(method, path, target, 404)
            self.expect(method, path, f"{target}?surprise=1", 400)
            refused = self.daemon.ask("PUT", target)
            self.assertEqual(refused.status, 405, target)
            self.assertIn(method, refused.headers["Allow"])
            misled = self.daemon.ask(method, target, headers={"Host": "evil.example"})
            self.assertEqual((misled.status, complaint(method, path, misled)), (421, ""))
            if method == "POST":
                self.expect(method, path, target, 403, headers={"Origin": "https://evil.example"})

    def test_describes_the_actions(self) -> None:
        lost = "/v1/jobs/lost"
        self.expect("POST", "/v1/jobs/{job}/retry", "/v1/jobs/done/retry", 409)
        self.expect("POST", "/v1/jobs/{job}/rollback", "/v1/jobs/held/rollback", 409)
        self.expect("POST", "/v1/jobs/{job}/cancel", f"{lost}/cancel?drop_target_objects=perhaps", 400)
        self.expect("POST", "/v1/jobs/{job}/pause", f"{lost}/pause", 202)
        self.daemon.await_disposition("lost", "paused")
        self.expect("POST", "/v1/jobs/{job}/resume", f"{lost}/resume", 202)
        eventually(lambda: self.daemon.status("lost")["disposition"] == "failed", "the job to fail again")
        self.expect("POST", "/v1/jobs/{job}/retry", f"{lost}/retry", 202)
        self.expect("POST", "/v1/jobs/{job}/cancel", f"{lost}/cancel", 202)
        events = self.daemon.ask("GET", f"{lost}/events").json()["events"]
        said = [event["text"] for event in events if event["kind"] == "operator"]
        self.assertEqual([re.sub(r"\d+", "N", text) for text in said], [f"{word}, said by uid N, process N" for word in ("pause", "resume", "retry", "cancel")])

    def test_streams_what_it_says(self) -> None:
        for path, target, wanted in (
            ("/v1/stream", "/v1/stream", {"jobs": "Jobs"}),
            ("/v1/jobs/{job}/stream", "/v1/jobs/held/stream", {"job": "WholeStatus", "event": "Event"}),
        ):
            self.assertIn("text/event-stream", DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"])
            seen = set()
            for name, data in self.frames(target):
                schema = {"components": DOCUMENT["components"], "$ref": f"#/components/schemas/{wanted[name]}"}
                Draft202012Validator(schema).validate(json.loads(data))
                seen.add(name)
                if seen == set(wanted):
                    break
            self.assertEqual(seen, set(wanted))

    def frames(self, target: str) -> Iterator[tuple[str, str]]:
        curl = ["curl", "-sN", "--max-time", "20", "--unix-socket", str(self.daemon.socket), f"http://localhost{target}"]
        with subprocess.Popen(curl, stdout=subprocess.PIPE, text=True) as stream:
            assert stream.stdout is not None
            name = ""
            for line in stream.stdout:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ").strip()
                if line.startswith("data: "):
                    yield name, line.removeprefix("data: ")
            stream.terminate()


if __name__ == "__main__":
    unittest.main()
