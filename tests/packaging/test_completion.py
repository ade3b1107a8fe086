"""The completions, driven as a user drives them: bash and zsh on a terminal, with the tab key."""
import json
import os
import pathlib
import pty
import re
import select
import subprocess
import tempfile
import time
import unittest

import programs

PROMPT = "ready> "
JOBS = json.dumps({"jobs": [{"name": "words", "disposition": "running"}, {"name": "wiki.en", "disposition": "failed"}]}, separators=(",", ":"))
DEADLINE_S = 10


class Shell:
    """An interactive shell in a directory of its own, in which lantern-migrate is a script."""

    def __init__(self, arguments: list[str], directory: pathlib.Path, setup: list[str]):
        environment = {"PATH": f"{directory}/bin:/usr/bin:/bin", "HOME": str(directory), "TERM": "dumb", "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
        self.unread = ""
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(directory)
            os.execvpe(arguments[0], arguments, environment)
        for line in setup:
            self.send(line + "\n")
        self.send("echo set-\"\"up\n")
        self.read_until("set-up\r\n")
        self.read_until(PROMPT)

    def send(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def read_until(self, wanted: str) -> str:
        end = time.monotonic() + DEADLINE_S
        while wanted not in self.unread:
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"no {wanted!r} in {self.unread!r}")
            self.unread += os.read(self.terminal, 65536).decode(errors="replace")
        text, _, self.unread = self.unread.partition(wanted)
        return text

    def complete(self, line: str) -> str:
        """The arguments that the line has after a tab; END is typed behind it."""
        self.send(f"{line}\tEND\n")
        text = self.read_until("end-of-line\r\n")
        self.read_until(PROMPT)
        return re.findall(r"<(.*?)>", text)[-1]

    def close(self) -> None:
        self.send("\x03\x04\x04")
        os.close(self.terminal)
        os.waitpid(self.child, 0)


def bash(directory: pathlib.Path) -> Shell:
    return Shell(["bash", "--norc", "--noprofile"], directory, [
        f"PS1='{PROMPT}'", "bind 'set bell-style none'", "bind 'set enable-bracketed-paste off'", "shopt -s extglob",
        *(f". {programs.COMPLETIONS}/{name}.bash" for name in ("lantern-migrate", "lantern-migrated"))])


def zsh(directory: pathlib.Path) -> Shell:
    return Shell(["zsh", "-f"], directory, [
        f"PS1='{PROMPT}'", "unsetopt zle_bracketed_paste beep list_beep prompt_sp prompt_cr", f"fpath=({programs.COMPLETIONS} $fpath)",
        "autoload -U compinit && compinit -u -D", "zstyle ':completion:*' completer _complete"])


class Completions:
    start = None

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.directory = pathlib.Path(self.scratch.name)
        (self.directory / "bin").mkdir()
        self.answer(f"case $1 in list) echo '{JOBS}';; *) ;; esac")
        for name in ("nouns.yaml", "notes.txt", "queries.sql", "quiet.txt", "verbs.yml"):
            (self.directory / name).touch()
        self.shell = type(self).start(self.directory)

    def tearDown(self):
        self.shell.close()
        self.scratch.cleanup()

    def answer(self, script: str) -> None:
        """On the terminal each program shows its arguments; in a pipe, where the completion calls it, it runs this script."""
        for name in ("lantern-migrate", "lantern-migrated"):
            program = self.directory / "bin" / name
            program.write_text(f'#!/bin/sh\n[ ! -t 1 ] || {{ printf "<%s>" "$*"; echo end-of-""line; exit; }}\n{script}\n')
            program.chmod(0o755)

    def completed(self, line: str) -> str:
        return self.shell.complete(line).removesuffix("END").rstrip()

    def test_complete_commands(self):
        for typed, whole in (("pl", "plan"), ("tr", "translate"), ("subm", "submit"), ("cut", "cutover"), ("wa", "watch"), ("xyz", "xyz")):
            with self.subTest(typed):
                self.assertEqual(self.completed(f"lantern-migrate {typed}"), whole)

    def test_complete_every_option_that_the_help_lists_of_the_command(self):
        for command, options in programs.client_options().items():
            for option in sorted(options):
                longer = [other for other in options if other != option and other.startswith(option)]
                if longer:
                    continue
                with self.subTest(f"{command} {option}"):
                    self.assertEqual(self.completed(f"lantern-migrate {command} {option[:-1]}").split()[-1], option)

    def test_offer_no_option_that_the_command_does_not_have(self):
        options = programs.client_options()
        everything = set().union(*options.values())
        for command in ("plan", "list", "watch", "cutover"):
            for option in sorted(everything - options[command]):
                with self.subTest(f"{command} {option}"):
                    self.assertEqual(self.completed(f"lantern-migrate {command} {option[:-1]}").split()[-1], option[:-1])

    def test_complete_the_daemons_options_and_their_values(self):
        for option in sorted(programs.options_of(programs.DAEMON)):
            with self.subTest(option):
                self.assertEqual(self.completed(f"lantern-migrated {option[:-1]}"), option)
        self.assertEqual(self.completed("lantern-migrated --log-level de"), "--log-level debug")

    def test_complete_names_of_jobs(self):
        for command in ("status", "watch", "report", "events", "indexes", "pause", "resume", "cancel", "retry", "cutover"):
            with self.subTest(command):
                self.assertEqual(self.completed(f"lantern-migrate {command} wo"), f"{command} words")
        self.assertEqual(self.completed("lantern-migrate pause wi"), "pause wiki.en")
        self.assertEqual(self.completed("lantern-migrate events --json wo"), "events --json words")

    def test_ask_the_daemon_that_the_command_will_ask(self):
        self.answer(f"""case "$*" in "list --json --socket other.sock") echo '{JOBS}';; esac""")
        self.assertEqual(self.completed("lantern-migrate status --socket other.sock wo"), "status --socket other.sock words")
        self.assertEqual(self.completed("lantern-migrate status wo"), "status wo")

    def test_say_nothing_while_the_daemon_is_away(self):
        self.answer("echo 'lantern-migrate: cannot reach the daemon' >&2; exit 5")
        self.shell.send("lantern-migrate status wo\tEND\n")
        text = self.shell.read_until("end-of-line\r\n")
        self.assertIn("<status woEND>", text)
        self.assertNotIn("cannot reach", text)

    def test_complete_job_files_and_no_others(self):
        for typed, whole in (("plan no", "plan nouns.yaml"), ("translate qu", "translate queries.sql"), ("run ve", "run verbs.yml"), ("submit no", "submit nouns.yaml"),
                             ("indexes ve", "indexes verbs.yml")):
            with self.subTest(typed):
                self.assertEqual(self.completed(f"lantern-migrate {typed}"), whole)


class Bash(Completions, unittest.TestCase):
    start = staticmethod(bash)

    def test_are_well_formed(self):
        for name in ("lantern-migrate", "lantern-migrated"):
            subprocess.run(["bash", "-n", programs.COMPLETIONS / f"{name}.bash"], check=True, timeout=30)


class Zsh(Completions, unittest.TestCase):
    start = staticmethod(zsh)


if __name__ == "__main__":
    unittest.main()
