"""A message that comes again, and messages that come at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import orjson
import pytest

from bot import store
from bot.arrival import Arrival
from bot.drafts import NoDraftKey
from bot.service import Service
from bot.settings import Settings
from bot.store import After, Raced
from bot.wording import Message
from tests.making import PHONE, conversation, counts, decimals, make_service, rows, say, sms
from tests.service.racing import receive_in_processes
from tests.talk import SHORT_REPORT

pytestmark = pytest.mark.both_databases

STORY = ("hello", "english", "1", "1")  # a person whose open question is the story


def test_a_repeated_message_hears_the_same_and_moves_nothing(service: Service) -> None:
    for text in SHORT_REPORT:
        arrival = sms(text)
        first = service.receive(arrival)
        before = rows(service.database)

        again = service.receive(arrival)

        assert orjson.dumps(again) == orjson.dumps(first)
        assert rows(service.database) == before


def test_the_message_that_sends_the_report_repeats_its_return_code_and_sends_it_once(
    service: Service,
) -> None:
    say(service, *SHORT_REPORT[:-1])
    last = sms(SHORT_REPORT[-1])

    first, again = service.receive(last), service.receive(last)

    assert len(decimals(message.text for message in first if "code" in message.text)) == 16
    assert orjson.dumps(again) == orjson.dumps(first)
    assert counts(service.database)["report"] == 1


def test_a_message_repeated_after_a_restart_hears_the_same(service: Service, settings: Settings) -> None:
    said = [(arrival, service.receive(arrival)) for arrival in map(sms, SHORT_REPORT)]
    last, first = said[-1]
    before = rows(service.database)
    restarted = make_service(settings)

    again = restarted.receive(last)

    assert orjson.dumps(again) == orjson.dumps(first)
    assert rows(restarted.database) == before
    restarted.database.close()


@pytest.mark.parametrize("last", [SHORT_REPORT[-1], "delete"], ids=["sent", "deleted"])
def test_a_message_from_before_the_end_that_comes_again_brings_nothing_back(
    service: Service, last: str
) -> None:
    story = sms("they shouted at me in the street")
    say(service, *SHORT_REPORT[:3])
    service.receive(story)
    say(service, *SHORT_REPORT[4:-1], last)
    before = rows(service.database)

    assert service.receive(story) == ()

    assert rows(service.database) == before


def test_the_same_id_from_another_phone_is_another_message(service: Service) -> None:
    service.receive(sms("english", "SM1"))

    service.receive(sms("polski", "SM1", address="+447700900999"))

    assert counts(service.database)["conversation"] == 2


def test_the_last_reply_is_not_told_to_whoever_guesses_its_id_but_not_its_witness(service: Service) -> None:
    say(service, *SHORT_REPORT[:-1])
    service.receive(Arrival("sms", sms("").address, "SM1", witness="SM1", text="1"))

    assert service.receive(Arrival("sms", sms("").address, "SM1", witness="other", text="1")) == ()


@pytest.mark.parametrize("position", [0, 5, -1], ids=["first contact", "a question", "the last message"])
def test_the_same_message_at_the_same_time_is_taken_once(service: Service, position: int) -> None:
    before = SHORT_REPORT[: len(SHORT_REPORT) + position if position < 0 else position]
    say(service, *before)
    arrival = sms(SHORT_REPORT[position])

    replies = _at_once(service, [arrival] * 4)

    assert len({orjson.dumps(reply) for reply in replies}) == 1
    assert replies[0] != ()
    assert len(rows(service.database)["turn"]) == len(before) + 1
    assert counts(service.database)["report"] == (position == -1)


@pytest.mark.parametrize("threads", [2, 5, 8])
def test_different_messages_at_the_same_time_are_all_taken(service: Service, threads: int) -> None:
    say(service, *STORY)
    parts = [f"part {number} of what happened" for number in range(threads)]

    replies = _at_once(service, [sms(part) for part in parts])

    assert all(replies)
    assert sorted(conversation(service).parts) == parts
    assert _version(service) == len(STORY) + threads


@pytest.mark.parametrize("threads", [2, 8])
def test_different_first_messages_at_the_same_time_are_all_taken(service: Service, threads: int) -> None:
    parts = [f"part {number} of what happened" for number in range(threads)]

    replies = _at_once(service, [sms(part) for part in parts])

    assert all(replies)
    assert sorted(conversation(service).parts) == parts
    assert _version(service) == threads


def test_messages_that_race_through_two_processes_are_all_taken(service: Service, settings: Settings) -> None:
    parts = [f"part {number} of what happened" for number in range(8)]

    receive_in_processes(settings, [parts[:4], parts[4:]])

    assert sorted(conversation(service).parts) == parts
    assert _version(service) == len(parts)


def test_two_people_at_once_do_not_meet(service: Service) -> None:
    arrivals = [
        sms(f"what happened to number {number}", address=f"+4477009001{number}") for number in range(8)
    ]

    _at_once(service, arrivals)

    assert counts(service.database)["conversation"] == 8


def test_a_turn_on_what_is_no_longer_the_newest_is_not_stored(service: Service) -> None:
    say(service, "english")
    old = After(service.cipher.hash("sms", PHONE), 2, b"?", service.now(), bytes(32), b"?", service.now())
    say(service, "1")
    before = rows(service.database)

    with pytest.raises(Raced):
        service.database.write(lambda line: store.save(line, old))

    assert rows(service.database) == before


def test_a_stored_state_opens_for_no_other_row(service: Service) -> None:
    say(service, *STORY)
    say(service, *STORY, address="+447700900999")
    (_, _, state, _), (other, _, _, _) = rows(service.database)["conversation"]

    with pytest.raises(NoDraftKey):
        service.cipher.decrypt(state, other)


def _at_once(service: Service, arrivals: list[Arrival]) -> list[tuple[Message, ...]]:
    """Hand every message to a thread of its own at the same moment."""
    barrier = Barrier(len(arrivals))

    def receive(arrival: Arrival) -> tuple[Message, ...]:
        barrier.wait()
        return service.receive(arrival)

    with ThreadPoolExecutor(len(arrivals)) as pool:
        return list(pool.map(receive, arrivals))


def _version(service: Service) -> int:
    ((_, version, _, _),) = rows(service.database)["conversation"]
    return int(version)
