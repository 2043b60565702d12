"""A process killed at any point of a turn leaves the whole turn or none of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.service import Service
from bot.settings import Settings
from bot.wording import as_text
from casebridge.keyring import read_keyring
from casebridge.ledger import ledger
from casebridge.sealing import open_sealed
from tests.making import counts, make_service, rows, say, sms
from tests.service.racing import die_at
from tests.talk import SHORT_REPORT

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
FEWEST_STEPS = 4  # a statement that looks and one that writes, before and after each
_CHANCE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}|\d{4}\.\d{4}\.\d{4}\.\d{4}")


@pytest.mark.parametrize(
    "talk",
    [("hello",), SHORT_REPORT[:5], SHORT_REPORT, (*SHORT_REPORT[:4], "delete")],
    ids=["the first message", "an answer", "the message that sends", "delete"],
)
def test_a_process_killed_at_any_point_of_a_turn_leaves_the_whole_turn_or_none(
    settings: Settings, talk: Sequence[str]
) -> None:
    service = replace(make_service(settings), now=lambda: NOON)
    lived = _taken(service, settings, talk, fatal_step=0)
    step = 1

    while (killed := _taken(service, settings, talk, fatal_step=step)) is not None:
        assert killed == lived
        step += 1

    assert step > FEWEST_STEPS
    service.database.close()


def _taken(
    service: Service, settings: Settings, talk: Sequence[str], fatal_step: int
) -> dict[str, Any] | None:
    """Talk, handing the last message first to a process that dies at that step of it.

    Return all that can be compared of the end; None where the turn has no such step.
    """
    phone = f"+4477{fatal_step:08}"
    *texts, last = talk
    say(service, *texts, address=phone)
    arrival = sms(last, address=phone)
    before, reports = counts(service.database), _envelopes(service)
    if fatal_step and not die_at(service, settings, fatal_step, arrival):
        return None
    left = counts(service.database)

    reply = service.receive(arrival)

    after = counts(service.database)
    assert left in (before, after)
    with service.database.read() as connection:
        balances = ledger(connection).balances
    return {
        "reply": _CHANCE.sub("*", as_text(reply)),
        "state": _state(service, phone),
        "rows": {name: after[name] - before[name] for name in after},
        "reports": _read_by_the_case_group(settings, _envelopes(service) - reports),
        "repeated": service.receive(arrival) == reply,
        "balances": balances,
    }


def _state(service: Service, phone: str) -> dict[str, Any]:
    key = service.cipher.hash("sms", phone)
    (state,) = (row[2] for row in rows(service.database)["conversation"] if row[0] == key)
    stored: dict[str, Any] = orjson.loads(service.cipher.decrypt(state, key))
    return stored | {"reference": stored["reference"] and "*"}


def _envelopes(service: Service) -> set[bytes]:
    return {row[2] for row in rows(service.database)["report"]}


def _read_by_the_case_group(settings: Settings, envelopes: Iterable[bytes]) -> list[dict[str, Any]]:
    keys = read_keyring(settings).of("case_group")
    opened = (open_sealed(envelope, "case_group", keys) for envelope in envelopes)
    return [report.model_dump(exclude={"reference"}) for report in opened]
