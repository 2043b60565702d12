"""Entry points: a conversation that begins is counted once, and nothing in it tells by which it came."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import entries
from bot.arrival import Arrival
from bot.service import Service
from casebridge.area import EntryPoint
from tests.making import PHONE, Clock, conversation, make_service, make_settings, sms

pytestmark = pytest.mark.both_databases

ENTRY = "library-norton"


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    made = make_service(make_settings(tmp_path, database_url))
    area = made.area.model_copy(update={"entry_points": (EntryPoint(id=ENTRY, name="Norton library"),)})
    yield replace(made, area=area, now=Clock())
    made.database.close()


def came(service: Service, entry: str, words: str = "hello", address: str = PHONE) -> Arrival:
    arrival = replace(sms(words, address=address), entry=entry)
    service.receive(arrival)
    return arrival


def counted(service: Service) -> list[tuple[str, str, str, int]]:
    with service.database.read() as connection:
        found = connection.execute(text("SELECT month, entry, channel, count FROM entry_count"))
        return [tuple(row) for row in found]


def test_a_conversation_is_counted_when_it_begins_and_never_again(service: Service) -> None:
    first = came(service, ENTRY)
    service.receive(first)
    came(service, ENTRY, "english")

    assert counted(service) == [("2026-11", ENTRY, "sms", 1)]


def test_each_person_counts_and_each_month_stands_by_itself(service: Service) -> None:
    came(service, ENTRY, address="+447700900001")
    came(service, ENTRY, address="+447700900002")
    december = replace(service, now=Clock(datetime(2026, 12, 1, tzinfo=UTC)))
    came(december, ENTRY, address="+447700900003")

    assert sorted(counted(service)) == [("2026-11", ENTRY, "sms", 2), ("2026-12", ENTRY, "sms", 1)]


@pytest.mark.parametrize("entry", ["", "nowhere", "LIBRARY-NORTON", "'; DROP TABLE entry_count; --"])
def test_what_is_no_entry_point_is_not_counted(service: Service, entry: str) -> None:
    came(service, entry)

    assert counted(service) == []


@pytest.mark.parametrize("words", [ENTRY, "Library-Norton", "  LIBRARY-NORTON \n"])
def test_a_first_message_that_is_an_id_counts_and_is_no_answer(service: Service, words: str) -> None:
    heard = service.receive(sms(words))

    assert counted(service) == [("2026-11", ENTRY, "sms", 1)]
    assert [message.text for message in heard] == [
        message.text for message in service.receive(sms("", address="+447700900009"))
    ]


def test_a_later_message_that_is_an_id_is_words_as_any_other(service: Service) -> None:
    came(service, "")
    came(service, "", ENTRY)

    assert counted(service) == []


def test_nothing_of_it_stays_with_the_conversation(service: Service) -> None:
    came(service, ENTRY, address="+447700900001")
    arrival = sms(ENTRY)
    service.receive(arrival)

    (turn,) = service.history("sms", PHONE, arrival.witness)
    assert turn.said == ""
    for address in ("+447700900001", PHONE):
        assert ENTRY not in str(conversation(service, address=address).stored())


def test_a_count_that_cannot_be_written_costs_nobody_their_answer(service: Service) -> None:
    with service.database.begin() as connection:
        connection.execute(text("DROP TABLE entry_count"))

    assert service.receive(replace(sms("hello"), entry=ENTRY))


def test_few_are_told_as_few(service: Service) -> None:
    for number in range(5):
        came(service, ENTRY, address=f"+44770090000{number}")
    december = replace(service, now=Clock(datetime(2026, 12, 1, tzinfo=UTC)))
    came(december, ENTRY, address="+447700900009")

    assert list(entries.lines(service.database)) == [
        "2026-12  library-norton  sms  <5",
        "2026-11  library-norton  sms  5",
    ]


def test_a_posters_text_sent_again_in_the_middle_is_no_part_of_the_story(service: Service) -> None:
    came(service, "", "english")
    for words in ("1", "1", ENTRY):
        came(service, "", words)

    assert conversation(service).parts == ()
    assert counted(service) == []
