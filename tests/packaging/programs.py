"""What the programs themselves say of their commands and options."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAN = ROOT / "packaging" / "man"
DOCUMENTS = ROOT / "packaging" / "doc"
COMPLETIONS = ROOT / "packaging" / "completions"
CLIENT = os.environ["LANTERN_MIGRATE_PROGRAM"]
DAEMON = os.environ["LANTERN_MIGRATED_PROGRAM"]


def help_of(*command: str) -> str:
    return subprocess.run([*command, "--help"], check=True, capture_output=True, text=True, timeout=30).stdout


def options_of(*command: str) -> set[str]:
    """The long options that --help lists, each at the beginning of its line."""
    found = set()
    for line in help_of(*command).splitlines():
        head = re.match(r"\s+((?:-\w,\s*)?(--[a-z][a-z-]*))", line)
        if head:
            found.add(head.group(2))
    return found


def commands() -> list[str]:
    lines = help_of(CLIENT).split("Subcommands:", 1)[1].split("Exit status", 1)[0].splitlines()
    return [line.split()[0] for line in lines if re.match(r"  \w", line)]


def client_options() -> dict[str, set[str]]:
    """A command each; the empty name is the program itself."""
    options = {command: options_of(CLIENT, command) for command in commands()}
    options[""] = options_of(CLIENT)
    return options
