"""Table "report": the CPU time of a whole report, all its durable turns and its sealing."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.engine import CODE, REFERENCE, seconds_per_turn
from bench.http import SENDERS, ours
from bench.load import Load, send
from bench.measure import Measure, median
from bench.peers import bare_loop
from bench.place import databases, folder, ready
from bench.program import Program
from bench.table import Row, Table, at_most
from bench.talk import AT, OURS, PEER
from bot.app import join
from bot.arrival import Arrival
from bot.core.conversation import Conversation, Inbound
from bot.core.effects import Submit
from bot.core.engine import advance
from bot.core.turn import start
from bot.service import Service
from casebridge.report import Report
from casebridge.returncode import code_keys
from casebridge.routing import views
from casebridge.sealing import seal

STEADY_MICROSECONDS = 4.7
"""A turn of the loop by hand on the quiet machine of performance.md: figures are scaled to it."""


def run(measure: Measure) -> Table:
    """Measure reports in process and over HTTP on both databases, and what the end of one costs."""
    inside: dict[str, list[float]] = {}
    outside: dict[str, list[float]] = {}
    speed: list[float] = []
    with ExitStack() as stack:
        here = stack.enter_context(folder())
        near = stack.enter_context(databases(here, "near"))
        far = stack.enter_context(databases(here, "far"))
        services = {kind: stack.enter_context(_service(here, address)) for kind, address in near.items()}
        programs = {kind: stack.enter_context(ours(here, address)) for kind, address in far.items()}
        for number in measure.rounds("report", 4):
            for kind, service in services.items():
                speed.append(seconds_per_turn(bare_loop, len(PEER), 0.1) * 1e6)
                inside.setdefault(kind, []).append(_in_process(service, number, measure))
                outside.setdefault(kind, []).append(_over_http(programs[kind], measure))
        ends = _ends(services["SQLite"])
    steady = STEADY_MICROSECONDS / median(speed)
    found = {
        **{f"{kind}, Service.receive": median(each) for kind, each in inside.items()},
        **{f"{kind}, over HTTP": median(each) for kind, each in outside.items()},
    }
    rows = [Row(name, len(OURS), f"{ms:.1f}", f"{ms * steady:.1f}") for name, ms in found.items()]
    rows += [Row(f"of it: {name}", 1, f"{ms:.2f}", f"{ms * steady:.2f}") for name, ms in ends.items()]
    goals = tuple(at_most(name, ms * steady, must=20, aim=10, unit=" ms") for name, ms in found.items())
    about = "CPU of a whole report in our own process, the kernel's part with it; PostgreSQL's is its own"
    note = f"scaled by the loop by hand: {median(speed):.1f} µs a turn now, {STEADY_MICROSECONDS} when quiet"
    return Table("report", about, ("", "turns", "CPU ms", "scaled"), rows, goals, (note,))


@contextmanager
def _service(here: Path, address: str) -> Iterator[Service]:
    service = join(ready(here, address))
    yield service
    service.database.close()


def _in_process(service: Service, number: int, measure: Measure) -> float:
    """Return the CPU milliseconds of one report taken by receive()."""
    reports = 15 if measure.quick else 50
    senders = range(number * 1000, number * 1000 + reports)
    began = time.process_time()
    for sender in senders:
        for turn, text in enumerate(OURS):
            sid = f"SM{sender}-{turn}"
            assert service.receive(Arrival("sms", f"+4478{sender:08}", sid, sid, text))
    return (time.process_time() - began) / reports * 1000


def _over_http(program: Program, measure: Measure) -> float:
    """Return the CPU milliseconds of one report taken by the server."""
    before = program.cpu_seconds()
    turns = 300 if measure.quick else 1000
    answers = send(Load(program.port, 60, first=next(SENDERS), most_turns=turns, talks=turns // 8))
    return (program.cpu_seconds() - before) / len(answers.turns) * len(OURS) * 1000


def _ends(service: Service) -> dict[str, float]:
    """Return the CPU milliseconds of what only the last message does."""
    report = _report(service)
    recipients = service.recipients
    allowed = views(report, service.area)
    parts: dict[str, Callable[[], object]] = {
        "the return code's Argon2id": lambda: code_keys(CODE.replace(".", ""), recipients.pepper),
        "sealing": lambda: seal(report, allowed, recipients.keys, bytes(32)),
    }
    return {name: seconds_per_turn(part, 1, 0.1) * 1000 for name, part in parts.items()}


def _report(service: Service) -> Report:
    """Return the report that the talk leads to."""
    conversation: Conversation = start(service.knowledge, "sms")
    for text in OURS:
        outcome = advance(service.knowledge, conversation, Inbound(text, AT, reference=REFERENCE, code=CODE))
        conversation = outcome.conversation
    (effect,) = outcome.effects
    assert isinstance(effect, Submit)
    return effect.report
