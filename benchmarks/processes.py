"""Times a command as a whole process: wall, processor time, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.yardstick import ROOT, mebibytes


@dataclass(frozen=True)
class Run:
    """One finished process: seconds and mebibytes."""

    wall: float
    cpu: float
    peak: float
    code: int


def run(command: Sequence[str]) -> Run:
    """Run a command to its end, its output thrown away."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = mebibytes(used.ru_maxrss)
    return Run(wall, used.ru_utime + used.ru_stime, peak, process.returncode)


def in_turn(commands: dict[str, Sequence[str]], times: int) -> dict[str, list[Run]]:
    """Run the commands in turn, A B A B ..., after one warm-up each, so that ratios are fair."""
    for command in commands.values():
        run(command)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            runs[name].append(run(command))
    return runs


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Say least, median and most."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


@contextmanager
def serving(command: Sequence[str]) -> Iterator[str]:
    """Start a server, give the address that it prints, and end it."""
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    try:
        yield server.stdout.readline().split()[-1]
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
