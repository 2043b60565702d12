"""Pictures that are fetched after their message was answered: none lost, none kept that nobody wants."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import event

from bot import store
from bot.awaited import FETCH_AGAIN, LEASE, MOST_DELETES, MOST_FETCHES
from bot.core.phrases import Phrase
from bot.fetching import Fetcher
from bot.keeping import DRAFT_KEPT
from bot.media import MOST_BYTES, TooLarge
from bot.service import Service
from bot.settings import Settings
from bot.wording import as_text
from casebridge.database import Database
from tests.making import PHONE, Clock, conversation, counts, rows, say
from tests.pictures import HTML, picture
from tests.reporter import ByService, Reporter
from tests.service.provider import BUSY, Provider, fetch_all, fetcher
from tests.talk import TEXTS


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(service: Service, clock: Clock) -> Service:
    return replace(service, now=clock)


@pytest.fixture
def telling(timed: Service) -> Reporter:
    """Somebody who is asked what happened."""
    reporter = Reporter(ByService(timed), answers={"contact": "no"})
    return reporter.answer_until(lambda: bool(reporter.asked) and reporter.question().name == "story")


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def messenger(timed: Service, provider: Provider, clock: Clock) -> Fetcher:
    return fetcher(timed, provider, clock)


def kept(service: Service) -> dict[str, int]:
    return counts(service.database, "photo", "awaited_photo")


def states(service: Service) -> list[str]:
    return [row[2] for row in rows(service.database, "awaited_photo")["awaited_photo"]]


def test_a_message_is_answered_before_its_picture_is_fetched(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher
) -> None:
    heard = as_text(timed.receive(provider.mms(picture())))

    assert heard.startswith("Your picture has arrived. It is number 1 of at most 5.")
    assert provider.asked == []
    assert kept(timed) == {"photo": 0, "awaited_photo": 1}
    assert messenger.work_once()
    assert provider.asked == ["picture 0"]
    assert kept(timed) == {"photo": 1, "awaited_photo": 1}


@pytest.mark.both_databases
def test_a_picture_is_deleted_at_its_provider_once_it_is_stored(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher
) -> None:
    timed.receive(provider.mms(picture()))

    assert messenger.work_once()
    assert provider.deleted == []
    fetch_all(messenger)

    assert provider.deleted == ["picture 0"]
    assert kept(timed) == {"photo": 1, "awaited_photo": 0}


def test_a_provider_that_does_not_delete_is_asked_again_until_it_does(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    timed.receive(provider.mms(picture()))
    assert messenger.work_once()
    provider.not_deleted = 3

    for _ in range(4):
        fetch_all(messenger)
        clock.pass_(minutes=2)

    assert provider.deleted == ["picture 0"]
    assert states(timed) == []


def test_a_provider_that_never_deletes_is_left_after_about_a_day(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    timed.receive(provider.mms(picture()))
    assert messenger.work_once()
    provider.not_deleted, began = MOST_DELETES, clock.at

    while states(timed):
        fetch_all(messenger)
        clock.pass_(minutes=10)

    assert provider.not_deleted == 0
    assert timedelta(hours=12) < clock.at - began < timedelta(hours=36)


@pytest.mark.both_databases
def test_a_repeated_message_is_fetched_once(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher
) -> None:
    arrival = provider.mms(picture())

    first, again = timed.receive(arrival), timed.receive(arrival)
    fetch_all(messenger)

    assert again == first
    assert provider.asked == ["picture 0"]


@pytest.mark.both_databases
def test_a_provider_in_trouble_is_asked_again_and_nobody_hears_of_it(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    timed.receive(provider.mms(picture()))
    provider.faults = [BUSY]

    fetch_all(messenger)
    assert kept(timed) == {"photo": 0, "awaited_photo": 1}
    clock.pass_(seconds=11)
    fetch_all(messenger)

    assert kept(timed) == {"photo": 1, "awaited_photo": 0}
    assert TEXTS.photo_not_fetched.text not in as_text(say(timed, "they shouted"))


def test_after_four_tries_in_three_minutes_a_picture_is_given_up_and_that_is_told_once(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    timed.receive(provider.mms(picture(), picture(colour="blue")))
    assert messenger.work_once()  # one of them comes
    provider.faults, began = [BUSY] * 4, clock.at
    while "fetch" in states(timed):
        fetch_all(messenger)
        clock.pass_(seconds=5)

    told, later = as_text(say(timed, "they shouted")), as_text(say(timed, "and ran"))

    assert provider.faults == []
    assert clock.at - began <= sum(FETCH_AGAIN, timedelta(seconds=20))
    assert "is not with your report." in told
    assert TEXTS.photo_not_fetched.text in told
    assert told.index("is not with your report.") < told.index("I kept your words")
    assert "not with your report" not in later
    assert len(conversation(timed).photos) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, TEXTS.photo_not_fetched),
        (HTML, TEXTS.photo_not_a_picture),
        (bytes(MOST_BYTES + 1), TEXTS.photo_too_big),
    ],
    ids=["gone", "no picture", "too large"],
)
def test_what_will_never_be_a_picture_is_given_up_at_once_and_told(
    timed: Service,
    telling: Reporter,
    provider: Provider,
    messenger: Fetcher,
    content: bytes | None,
    says: Phrase,
) -> None:
    timed.receive(provider.mms(content or b""))
    if content is None:
        provider.pictures.clear()

    fetch_all(messenger)
    before = states(timed)
    told = as_text(say(timed, "they shouted"))

    assert before == ["tell"]
    assert f"Picture 1 is not with your report.\n{says.text}" in told
    assert conversation(timed).photos == ()
    fetch_all(messenger)
    assert provider.deleted == ["picture 0"]
    assert states(timed) == []


def test_one_larger_than_is_read_is_given_up(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher
) -> None:
    timed.receive(provider.mms(picture()))
    provider.faults = [TooLarge()]

    fetch_all(messenger)

    assert TEXTS.photo_too_big.text in as_text(say(timed, "they shouted"))


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 0])
def test_what_is_refused_at_once_is_never_fetched_and_deleted_there(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, size: int
) -> None:
    """By the size that is claimed, or as the sixth."""
    if not size:
        timed.receive(provider.mms(*[picture()] * 5))
        fetch_all(messenger)
    before = list(provider.asked)

    heard = as_text(timed.receive(provider.mms(picture(), size=size)))
    refused = list(provider.pictures)[-1]
    fetch_all(messenger)

    assert ("too big" in heard) or ("at most 5 pictures" in heard)
    assert provider.asked == before
    assert refused in provider.deleted


def test_there_is_room_for_another_once_one_was_given_up(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher
) -> None:
    timed.receive(provider.mms(HTML, *[picture()] * 4))
    fetch_all(messenger)

    timed.receive(provider.mms(picture()))
    fetch_all(messenger)

    assert kept(timed) == {"photo": 5, "awaited_photo": 0}
    assert len(conversation(timed).photos) == 5


ENDINGS: dict[str, Callable[[Service, Clock], object]] = {
    "delete": lambda service, _: say(service, "delete"),
    "start over": lambda service, _: say(service, "start over"),
    "leaving": lambda service, _: service.forget("sms", PHONE),
    "expiry": lambda service, clock: expire(service, clock),
}


def expire(service: Service, clock: Clock) -> None:
    with service.database.begin() as connection:
        store.purge(connection, clock.at + DRAFT_KEPT * 1.1)


@pytest.mark.both_databases
@pytest.mark.parametrize("while_fetched", [True, False])
@pytest.mark.parametrize("ends", ENDINGS)
@pytest.mark.usefixtures("telling")
def test_a_draft_erased_before_its_picture_came_keeps_nothing_here_or_there(
    timed: Service,
    provider: Provider,
    messenger: Fetcher,
    clock: Clock,
    ends: str,
    while_fetched: bool,
) -> None:
    timed.receive(provider.mms(picture()))

    if while_fetched:
        provider.meanwhile = lambda: ENDINGS[ends](timed, clock)
    else:
        ENDINGS[ends](timed, clock)
    fetch_all(messenger)
    clock.pass_(minutes=3)
    fetch_all(messenger)

    assert kept(timed) == {"photo": 0, "awaited_photo": 0}
    assert provider.deleted == ["picture 0"]


@pytest.mark.both_databases
def test_two_messengers_do_not_take_the_same_picture(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    timed.receive(provider.mms(picture()))
    other = fetcher(timed, provider, clock)
    busy: list[bool] = []
    provider.meanwhile = lambda: busy.append(other.work_once())

    fetch_all(messenger)

    assert busy == [False]
    assert provider.asked == ["picture 0"]


@pytest.mark.both_databases
def test_a_picture_whose_lease_ran_out_is_fetched_by_another_and_stored_once(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    timed.receive(provider.mms(picture()))
    other = fetcher(timed, provider, Clock(clock.at + LEASE))
    provider.meanwhile = other.work_once

    messenger.work_once()

    assert provider.asked == ["picture 0"] * 2
    assert kept(timed)["photo"] == 1


@pytest.mark.both_databases
@pytest.mark.usefixtures("telling")
def test_whichever_of_storing_and_erasing_is_first_nothing_is_left(
    timed: Service, provider: Provider, messenger: Fetcher
) -> None:
    for _ in range(5):
        timed.receive(provider.mms(picture()))
        together = Barrier(2)
        provider.meanwhile = together.wait
        storing = Thread(target=messenger.work_once)
        storing.start()
        together.wait()

        say(timed, "start over")
        storing.join()

        assert kept(timed)["photo"] == 0
        assert conversation(timed).photos == ()


@pytest.mark.both_databases
def test_a_messenger_killed_after_fetching_leaves_the_picture_to_the_next(
    timed: Service, settings: Settings, telling: Reporter, provider: Provider, clock: Clock
) -> None:
    timed.receive(provider.mms(picture()))
    doomed = multiprocessing.get_context("fork").Process(
        target=fetch_and_die, args=(timed, settings, provider, clock)
    )
    doomed.start()
    doomed.join()
    assert doomed.exitcode == -signal.SIGKILL
    assert kept(timed) == {"photo": 0, "awaited_photo": 1}
    messenger = fetcher(timed, provider, clock)

    fetch_all(messenger)
    assert kept(timed)["photo"] == 0  # the lease of the dead one
    clock.pass_(minutes=2)
    fetch_all(messenger)

    assert kept(timed) == {"photo": 1, "awaited_photo": 0}


@pytest.mark.both_databases
def test_a_picture_that_whoever_fetches_it_dies_of_is_given_up(
    timed: Service, telling: Reporter, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    timed.receive(provider.mms(picture()))

    for _ in range(MOST_FETCHES):
        provider.faults = [MemoryError()]
        with pytest.raises(MemoryError):
            messenger.work_once()
        clock.pass_(minutes=2)
    assert messenger.work_once()

    assert states(timed) == ["tell"]


def fetch_and_die(service: Service, settings: Settings, provider: Provider, clock: Clock) -> None:
    service = replace(service, database=Database(settings.database))  # the parent's lines are the parent's
    made = fetcher(service, provider, clock)

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    provider.meanwhile = lambda: event.listen(service.database.engine, "before_cursor_execute", die)
    made.work_once()


def test_a_talk_without_pictures_asks_nothing_about_them(timed: Service, telling: Reporter) -> None:
    asked: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(timed.database.engine, "before_cursor_execute", note)
    say(timed, "they shouted", "done")

    assert [statement for statement in asked if "photo" in statement] == []


def test_where_it_lies_is_in_the_clear_nowhere(timed: Service, telling: Reporter, provider: Provider) -> None:
    timed.receive(provider.mms(picture()))

    stored = rows(timed.database, "awaited_photo")["awaited_photo"]

    assert b"picture 0" not in repr(stored).encode()


@pytest.mark.parametrize("caption", ["delete", "wipe"])
def test_a_picture_that_came_with_delete_is_deleted_at_its_provider_unfetched(
    timed: Service, telling: Reporter, messenger: Fetcher, provider: Provider, caption: str
) -> None:
    timed.receive(provider.mms(picture(), picture(colour="blue"), text=caption))

    fetch_all(messenger)

    assert (provider.asked, len(provider.deleted)) == ([], 2)
    assert kept(timed) == {"photo": 0, "awaited_photo": 0}
