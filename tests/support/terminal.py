#!/usr/bin/env python3
"""Runs a program in a terminal of its own and does what a person before it would.

    terminal.py COLUMNSxROWS COMMAND [ARG...] < STEPS

Steps, one a line:

    expect REGEX      wait until the screen, lines joined by newlines, has a match
    press KEYS        with Python's escapes: q, \\t, \\x1b[B
    resize 120x40
    signal TERM       to the program
    run COMMAND       of a shell, beside the terminal
    show              print the screen, between two lines of dashes
    stopped           wait until the program has stopped itself; the terminal must be as it was before
    continue          as `fg` does
    hangup            the terminal goes away
    ended STATUS      wait until it exits with this status
    end STATUS        wait until it exits with this status; the terminal must be as it was before;
                      print what it wrote once it had given the screen back

Exit: 0 if all steps passed; else what was on the screen is printed.
"""
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

LIMIT_S = 60
OTHER_SCREEN = b"\x1b[?1049h"
FORMER_SCREEN = b"\x1b[?1049l"


class Failed(Exception):
    pass


def set_size(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def lead(tty, command, reports, orders):
    """As a shell does: the command in the foreground of this session, and what becomes of it told."""
    os.login_tty(tty)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.execvp(command[0], command)
    os.write(reports, f"pid {child}\n".encode())
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.tcsetpgrp(0, os.getpgrp())
            os.write(reports, b"stopped\n")
            os.read(orders, 1)
            os.tcsetpgrp(0, child)
            os.kill(-child, signal.SIGCONT)
            continue
        os.write(reports, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)


class Session:
    def __init__(self, columns, rows, command):
        self.master, slave = os.openpty()
        set_size(slave, columns, rows)
        self.slave = os.dup(slave)
        self.before = termios.tcgetattr(self.slave)
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.reports, reports = os.pipe()
        orders, self.orders = os.pipe()
        self.open = [self.master, self.reports]
        self.told = ""
        if os.fork() == 0:
            os.close(self.master)
            os.close(self.slave)
            lead(slave, command, reports, orders)
        os.close(slave)
        os.close(reports)
        self.pid = int(self.report(r"pid (\d+)").group(1))

    def listen(self, seconds):
        """True if something came."""
        ready, _, _ = select.select(self.open, [], [], seconds)
        came = False
        for source in ready:
            try:
                data = os.read(source, 65536)
            except OSError:  # what a terminal says when nobody has it open any more
                data = b""
            if not data:
                self.open.remove(source)
            elif source == self.master:
                self.output += data
                self.stream.feed(data)
            else:
                self.told += data.decode()
            came = came or bool(data)
        return came

    def until(self, condition, what):
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            self.listen(0.1)
        raise Failed(f"waited in vain: {what}")

    def report(self, pattern):
        found = self.until(lambda: re.search(pattern + r"\n", self.told), pattern)
        self.told = self.told[:found.start()] + self.told[found.end():]
        return found

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def require_restored(self):
        while self.listen(0.2):
            pass
        if termios.tcgetattr(self.slave) != self.before:
            raise Failed("the terminal's modes are not what they were")
        modes = self.screen.mode
        if (pyte.modes.DECTCEM not in modes) or (pyte.modes.DECAWM not in modes):
            raise Failed("no cursor, or no wrapping")
        if self.output.count(OTHER_SCREEN) != self.output.count(FORMER_SCREEN):
            raise Failed("the other screen was not left")

    def step(self, word, rest):
        if word == "expect":
            self.until(lambda: re.search(rest, self.text(), re.MULTILINE), rest)
        elif word == "press":
            os.write(self.master, rest.encode().decode("unicode_escape").encode("latin-1"))
        elif word == "resize":
            columns, rows = map(int, rest.split("x"))
            self.screen.resize(rows, columns)
            set_size(self.slave, columns, rows)
        elif word == "signal":
            os.kill(self.pid, getattr(signal, "SIG" + rest))
        elif word == "run":
            subprocess.run(rest, shell=True, check=True, stdin=subprocess.DEVNULL)
        elif word == "show":
            print("-" * self.screen.columns, self.text(), "-" * self.screen.columns, sep="\n")
        elif word == "stopped":
            self.report("stopped")
            self.require_restored()
        elif word == "continue":
            os.write(self.orders, b"c")
        elif word == "hangup":
            self.open.remove(self.master)
            os.close(self.slave)
            os.close(self.master)
        elif word in ("end", "ended"):
            status = self.report(r"ended (-?\d+)").group(1)
            if word == "end":
                self.require_restored()
                print(self.output.rpartition(FORMER_SCREEN)[2].decode(errors="replace"), end="")
            if status != rest:
                raise Failed(f"exit status {status}, not {rest}")
        else:
            raise Failed(f"no such step: {word}")


def main():
    columns, rows = map(int, sys.argv[1].split("x"))
    session = Session(columns, rows, sys.argv[2:])
    for line in sys.stdin.read().splitlines():
        try:
            session.step(*(line.split(" ", 1) + [""])[:2])
        except Failed as e:
            print(f"{line}: {e}\n{session.text()}")
            os.kill(session.pid, signal.SIGKILL)
            return 1
    return 0


sys.exit(main())
