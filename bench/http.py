"""Table "http": a signed, de-duplicated, encrypted, durable SMS turn beside one plain commit of its size."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench import floor
from bench.load import Load, send
from bench.measure import Measure, median, percentile
from bench.place import databases, environment, folder, ready, with_keys
from bench.program import Program, free_port, running
from bench.table import Goal, Row, Table, at_least, at_most

SENDERS = count(1, 10_000)  # every load has senders of its own


@dataclass(slots=True)
class Found:
    """What the rounds found about one server."""

    rates: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, program: Program, seconds: float) -> None:
        """Put load on the server and keep what came of it."""
        before = program.cpu_seconds()
        answers = send(Load(program.port, seconds, first=next(SENDERS)))
        if answers.faults:
            raise RuntimeError(f"answers that were none: {answers.faults}")
        self.rates.append(answers.rate)
        self.turns += answers.turns
        self.p99s.append(percentile(answers.turns, 99))
        self.cpu.append((program.cpu_seconds() - before) / (answers.rate * (answers.seconds + 0.4)))


@contextmanager
def ours(here: Path, address: str) -> Iterator[Program]:
    """Run the shipped server on an empty database."""
    settings = ready(here, address, free_port())
    with running(("-m", "bot", "serve"), settings.port, environment(settings), here) as program:
        program.await_ready()
        yield program


@contextmanager
def the_floor(here: Path, address: str) -> Iterator[Program]:
    """Run the floor under the same server."""
    settings = with_keys(here, address, free_port())
    floor.make_tables(address)
    with running(("-m", "bench.floor"), settings.port, environment(settings), here) as program:
        program.await_ready()
        yield program


def run(measure: Measure) -> Table:
    """Measure ours and the floor on both databases, interleaved."""
    with ExitStack() as stack:
        here = stack.enter_context(folder())
        mine = stack.enter_context(databases(here, "ours"))
        theirs = stack.enter_context(databases(here, "floor"))
        programs: dict[tuple[str, str], Program] = {}
        for kind, address in mine.items():
            programs[kind, "ours"] = stack.enter_context(ours(here, address))
            programs[kind, "floor"] = stack.enter_context(the_floor(here, theirs[kind]))
        found = {name: Found() for name in programs}
        for number in measure.rounds("http", 6):
            order = list(programs.items())
            for name, program in order if number % 2 else reversed(order):
                found[name].add(program, measure.scaled(3))
    rows = [Row(f"{kind}, {whose}", *_cells(each)) for (kind, whose), each in found.items()]
    goals = [goal for kind in mine for goal in _goals(kind, found[kind, "ours"], found[kind, "floor"])]
    columns = ("", "turns/s", "p50 ms", "p99 ms", "CPU ms a turn")
    about = "16 connections, whole signed SMS talks, the shipped server; floor: Flask and one plain commit"
    return Table("http", about, columns, rows, tuple(goals))


def _cells(found: Found) -> tuple[str, ...]:
    return (
        f"{median(found.rates):,.0f}",
        f"{median(found.turns) * 1000:.1f}",
        f"{median(found.p99s) * 1000:.1f}",
        f"{median(found.cpu) * 1000:.2f}",
    )


def _goals(kind: str, mine: Found, theirs: Found) -> Iterator[Goal]:
    rates = [a / b for a, b in zip(mine.rates, theirs.rates, strict=True)]
    tails = [a / b for a, b in zip(mine.p99s, theirs.p99s, strict=True)]
    yield at_least(f"the floor's rate on {kind}", median(rates), must=0.55, aim=0.75)
    yield at_most(f"the floor's p99 on {kind}", median(tails), must=3, aim=3)
