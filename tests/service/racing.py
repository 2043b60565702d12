"""Processes that take messages at the same time, and processes that die while they take one."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from typing import Any

from bot.arrival import Arrival
from bot.service import Service
from bot.settings import Settings
from casebridge.database import Database
from casebridge.lines import PostgresqlLine, SqliteLine
from tests.making import make_service, say

_FORK = multiprocessing.get_context("fork")  # what the parent has imported need not be again
_LIVED = 0


def receive_in_processes(settings: Settings, said: Sequence[Sequence[str]]) -> None:
    """Let as many processes as there are lists say theirs to one service each, all at once."""
    barrier = _FORK.Barrier(len(said))
    talking = [_FORK.Process(target=_talk, args=(settings, barrier, texts)) for texts in said]
    for process in talking:
        process.start()
    for process in talking:
        process.join()
    assert [process.exitcode for process in talking] == [_LIVED] * len(said)


def die_at(service: Service, settings: Settings, step: int, arrival: Arrival) -> bool:
    """Take a message in a process that kills itself at one step of the turn; say if it died.

    A step is: before and after every statement, before and after the commit.
    """
    doomed = _FORK.Process(target=_receive_and_die, args=(service, settings, step, arrival))
    doomed.start()
    doomed.join()
    assert doomed.exitcode in (_LIVED, -signal.SIGKILL)
    return doomed.exitcode != _LIVED


def _talk(settings: Settings, barrier: Barrier, texts: Sequence[str]) -> None:
    service = make_service(settings)
    barrier.wait()
    for text in texts:
        assert say(service, text)


def _receive_and_die(service: Service, settings: Settings, fatal_step: int, arrival: Arrival) -> None:
    database = Database(settings.database)  # the parent's connections are the parent's
    dialect = database.engine.dialect
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == fatal_step:
            os.kill(os.getpid(), signal.SIGKILL)

    def between_steps(work: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: Any) -> Any:
            step()
            done = work(*given)
            step()
            return done

        return stepping

    for work in ("do_execute", "do_executemany", "do_commit"):
        setattr(dialect, work, between_steps(getattr(dialect, work)))
    for line in (SqliteLine, PostgresqlLine):
        setattr(line, "run", between_steps(line.run))  # noqa: B010 - the process ends with it
    replace(service, database=database).receive(arrival)
