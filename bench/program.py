"""Programs started for a benchmark: their CPU time, their memory, their end. Reads Linux's /proc."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 30
ENDING_SECONDS = 10
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of a process: all it maps, and its fair share of what it shares."""

    rss: float
    pss: float


@dataclass(frozen=True, slots=True)
class Program:
    """A server that was started here."""

    process: subprocess.Popen[bytes]
    port: int

    def family(self) -> tuple[int, ...]:
        """Return its process id and those of all it has started."""
        found = [self.process.pid]
        for pid in found:
            found += _children(pid)
        return tuple(found)

    def cpu_seconds(self) -> float:
        return sum(map(_cpu_seconds, self.family()))

    def memory(self) -> Memory:
        """Return the memory of the process that answers: the youngest generation."""
        return _memory(self.family()[-1])

    def await_ready(self, path: str = "/healthz") -> None:
        """Wait until it answers."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.process.args!r} ended with {self.process.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"{self.process.args!r} did not answer in {READY_SECONDS} s")


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def running(
    arguments: Sequence[str], port: int, environment: Mapping[str, str], cwd: Path
) -> Iterator[Program]:
    """Start `python ARGUMENTS` and end it afterwards, with all it started."""
    process = subprocess.Popen((sys.executable, *arguments), env=dict(environment), cwd=cwd)
    program = Program(process, port)
    try:
        yield program
    finally:
        family = program.family()
        process.terminate()
        try:
            process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in reversed(family):
                if Path(f"/proc/{pid}").exists():
                    os.kill(pid, 9)
            process.wait()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, task.read_text().split())
    return sorted(found)


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> Memory:
    sizes = {
        name: int(rest.split()[0]) / 1024
        for name, _, rest in (
            line.partition(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        )
        if rest.strip()
    }
    return Memory(sizes["Rss"], sizes["Pss"])
