"""Table "servers": why granian. Each server with busy connections and many that say nothing."""

import importlib.util
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import floor
from bench.load import Load, send
from bench.measure import Measure, median, percentile
from bench.place import environment, folder, with_keys
from bench.program import Program, free_port, running
from bench.table import Row, Table
from bot.pacing import THREADS

IDLE = 300
ARGUMENTS = {
    "granian": ("-m", "bench.floor"),
    "gunicorn": (
        *("-m", "gunicorn", "bench.floor:application()", "-k", "gthread", "--threads", str(THREADS)),
        *("--keep-alive", "60", "--log-level", "error"),
    ),
    "waitress": (
        *("-m", "waitress", "--call", "--threads", str(THREADS), "--connection-limit", "1000"),
        "bench.floor:application",
    ),
}
"""How each is started: one process, as many threads."""


def run(measure: Measure) -> Table:
    """Measure the floor under every server that is installed here."""
    found = {name for name in ARGUMENTS if importlib.util.find_spec(name)}
    taken: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    with ExitStack() as stack:
        here = stack.enter_context(folder())
        programs = {name: stack.enter_context(_served(here, name)) for name in ARGUMENTS if name in found}
        first = 1
        for _ in measure.rounds("servers", 3):
            for name, program in programs.items():
                for idle in (0, IDLE):
                    load = Load(program.port, measure.scaled(2), first, idle=idle, talks=800)
                    answers, first = send(load), first + 1000
                    p50, p99 = (percentile(answers.turns or (load.seconds,), p) for p in (50, 99))
                    taken.setdefault((name, idle), []).append((answers.rate, p50, p99))
    rows = [
        Row(
            f"{name}, {idle} idle",
            f"{median([rate for rate, _, _ in each]):,.0f}",
            f"{median([p50 for _, p50, _ in each]) * 1000:.1f}",
            f"{median([p99 for _, _, p99 in each]) * 1000:.1f}",
        )
        for (name, idle), each in taken.items()
    ]
    notes = tuple(f"{name}: not installed, so not measured" for name in ARGUMENTS if name not in found)
    about = f"the floor on SQLite, 16 busy connections, beside them {IDLE} that say nothing"
    return Table("servers", about, ("", "turns/s", "p50 ms", "p99 ms"), rows, notes=notes)


@contextmanager
def _served(here: Path, name: str) -> Iterator[Program]:
    """Run the floor under one server on a database of its own."""
    address, port = f"sqlite:///{here / name}.db", free_port()
    floor.make_tables(address)
    where = ("-b", f"127.0.0.1:{port}") if name == "gunicorn" else ("--listen", f"127.0.0.1:{port}")
    arguments = ARGUMENTS[name] if name == "granian" else (*ARGUMENTS[name][:2], *where, *ARGUMENTS[name][2:])
    with running(arguments, port, environment(with_keys(here, address, port)), here) as program:
        program.await_ready()
        yield program
