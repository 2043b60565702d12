"""A messenger killed at any point, and several at once: never two messages, at most one missed."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.following import FollowUp, drop_report, keep
from bot.senders.sender import Letter, Sighting
from bot.sending import Sending
from bot.service import Service
from bot.settings import Settings
from casebridge.database import Database
from tests.channels.twilio_api import TwilioApi
from tests.making import PHONE, Clock
from tests.outgoing.chats import Chats
from tests.outgoing.news import NOON, agrees, ask_something, asks, send_all, sending, states

pytestmark = pytest.mark.both_databases

_FORK = multiprocessing.get_context("fork")  # what the parent has imported need not be again
FEWEST_STEPS = 8  # noticing, claiming, the call, recording: before and after each


class _Dying:
    """A provider that a process dies before or after asking."""

    def __init__(self, inner: Any, step: Callable[[], None]) -> None:
        self.channels, self.looks, self._inner, self._step = inner.channels, inner.looks, inner, step

    def send(self, letter: Letter) -> Any:
        self._step()
        outcome = self._inner.send(letter)
        self._step()
        return outcome

    def look(self, letter: Letter, since: Any, /) -> tuple[Sighting, ...] | None:
        found: tuple[Sighting, ...] | None = self._inner.look(letter, since)
        return found


def _send_and_die(made: Sending, url: str, fatal_step: int) -> None:
    """Send what is due; die at one step: before or after each statement, commit and call."""
    database = Database(url)  # the parent's connections are the parent's
    dialect: Any = database.engine.dialect
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

    for work in ("do_execute", "do_commit"):
        setattr(dialect, work, between_steps(getattr(dialect, work)))
    dying = tuple(_Dying(each, step) for each in made.senders)
    send_all(Sending(database, made.cipher, made.knowledge, dying, clock=made.clock))


def _dies(made: Sending, url: str, step: int) -> bool:
    doomed = _FORK.Process(target=_send_and_die, args=(made, url, step))
    doomed.start()
    doomed.join()
    assert doomed.exitcode in (0, -signal.SIGKILL)
    return doomed.exitcode != 0


def _follows(service: Service, reference: str, follow_up: FollowUp, clock: Clock) -> None:
    """Let this phone be the one that is written to about a report, and know nothing yet."""
    with service.database.begin() as connection:
        drop_report(connection, reference)
        keep(connection, service.cipher, reference, follow_up, clock(), survey=False)


@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_killed_at_any_point_it_writes_never_twice(
    service: Service, settings: Settings, api: TwilioApi, telegram: Chats, channel: str
) -> None:
    reference, step, missed = agrees(service), 1, 0
    ask_something(service, reference, NOON + timedelta(minutes=1))
    while True:
        clock = Clock()
        api.now = clock.at  # two minutes behind the messenger's
        address = f"+4477009{step:05}" if channel == "sms" else str(6000 + step)
        _follows(service, reference, FollowUp(channel, address, "en"), clock)
        clock.pass_(minutes=2)
        made = sending(service, settings, clock)
        died = _dies(made, settings.database, step)
        for _ in range(4):
            clock.pass_(minutes=6)
            send_all(made)

        sent = api.sent if channel == "sms" else [form["chat_id"] for form in telegram.said]
        assert sent.count(address) <= 1
        missed += sent.count(address) == 0
        if not died:
            break
        step += 1

    assert step > FEWEST_STEPS
    assert (missed == 0) if channel == "sms" else (missed <= 4)  # from the claim to the call


def test_two_messengers_send_each_message_once(
    service: Service, settings: Settings, api: TwilioApi, clock: Clock
) -> None:
    phones = [f"+4477009002{number:02}" for number in range(6)]
    for phone in phones:
        asks(service, clock, address=phone)
    both = [sending(service, settings, clock) for _ in range(2)]
    start = threading.Barrier(2)

    def work(made: Sending) -> None:
        start.wait()
        send_all(made)

    threads = [threading.Thread(target=work, args=(made,)) for made in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(api.sent) == phones
    assert {state for _, state, _ in states(service)} <= {"sent", "dropped"}


def test_a_message_in_hand_is_left_alone(
    service: Service, settings: Settings, api: TwilioApi, clock: Clock
) -> None:
    """The lease of a messenger that still waits for its provider has not run out."""
    asks(service, clock)
    made = sending(service, settings, clock)
    inside: list[bool] = []

    class Waiting:
        channels, looks = made.senders[0].channels, True

        def send(self, letter: Letter) -> Any:
            inside.append(sending(service, settings, clock).send_one())
            return made.senders[0].send(letter)

        def look(self, _letter: Letter, _since: Any, /) -> None:
            return None

    send_all(Sending(service.database, service.cipher, service.knowledge, (Waiting(),), clock=clock))

    assert inside == [False]
    assert api.sent == [PHONE]
