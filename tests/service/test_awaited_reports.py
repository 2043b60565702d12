"""A report that was sent before its pictures were fetched: they follow it, to whoever may have them then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.fetching import Fetcher
from bot.service import Service
from bot.settings import Settings
from casebridge import photos
from casebridge.database import Database
from casebridge.keyring import read_keyring
from casebridge.returncode import code_keys
from casebridge.sealedphoto import (
    PhotoState,
    SealedPhoto,
    agencies_in,
    open_original,
    open_photo,
    open_photo_with_code,
)
from tests.adversary import Adversary
from tests.making import PHONE, Clock, counts, rows, say
from tests.pictures import PLACE, picture, telling_picture
from tests.reporter import ByService, Reporter
from tests.service.provider import BUSY, Provider, fetch_all, fetcher
from tests.service.test_pictures import finish, jpeg
from tests.talk import TEXTS


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(service: Service, clock: Clock) -> Service:
    return replace(service, now=clock)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def messenger(timed: Service, provider: Provider, clock: Clock) -> Fetcher:
    return fetcher(timed, provider, clock)


def telling(service: Service) -> Reporter:
    """Somebody who is asked what happened."""
    reporter = Reporter(ByService(service), answers={"contact": "no"})
    return reporter.answer_until(lambda: bool(reporter.asked) and reporter.question().name == "story")


def sends(service: Service, provider: Provider, *pictures: bytes) -> Reporter:
    """Somebody whose pictures have a message, and who goes on without waiting for them."""
    reporter = telling(service)
    service.receive(provider.mms(*pictures))
    reporter.heard = reporter.line.say("they painted this")
    return reporter


def stored(database: Database, reference: str, number: int = 1) -> SealedPhoto:
    with database.read() as connection:
        found = photos.stored(connection, reference, number)
    assert found is not None
    return found


def opened(settings: Settings, photo: SealedPhoto, reference: str, how: Callable[..., bytes]) -> bytes:
    keys = read_keyring(settings).of("case_group")
    return how(photo.envelope, "case_group", keys, reference, photo.number)


def after(messenger: Fetcher, clock: Clock) -> Callable[[], datetime]:
    """Return a clock by which all pictures are fetched whenever a turn looks at it."""

    def now() -> datetime:
        fetch_all(messenger)
        return clock()

    return now


def code_key(service: Service, reporter: Reporter) -> bytes:
    return code_keys(reporter.code.replace(".", ""), service.recipients.pepper).key


@pytest.mark.both_databases
def test_pictures_that_come_after_their_report_open_for_its_agencies_and_its_code(
    timed: Service, settings: Settings, provider: Provider, messenger: Fetcher
) -> None:
    sent = (picture(), picture("PNG", colour="blue"))
    reporter = finish(sends(timed, provider, *sent))
    reference = reporter.reference
    assert provider.asked == []
    assert stored(timed.database, reference).state is PhotoState.AWAITED

    fetch_all(messenger)

    found = [stored(timed.database, reference, number) for number in (1, 2)]
    assert [photo.state for photo in found] == [PhotoState.HERE] * 2
    assert [opened(settings, photo, reference, open_photo) for photo in found] == [*map(jpeg, sent)]
    key = code_key(timed, reporter)
    assert open_photo_with_code(found[1].envelope, key, reference, 2) == jpeg(sent[1])
    assert counts(timed.database, "photo", "awaited_photo") == {"photo": 0, "awaited_photo": 0}
    assert sorted(provider.deleted) == ["picture 0", "picture 1"]


@pytest.mark.parametrize(("said", "goes"), [("yes", True), ("no", False)])
def test_hidden_data_follows_only_with_a_yes(
    timed: Service, settings: Settings, provider: Provider, messenger: Fetcher, said: str, goes: bool
) -> None:
    sent = telling_picture()
    reference = finish(sends(timed, provider, sent), originals=said).reference

    fetch_all(messenger)

    photo = stored(timed.database, reference)
    assert photo.has_original is goes
    assert PLACE not in opened(settings, photo, reference, open_photo)
    if goes:
        assert opened(settings, photo, reference, open_original) == sent


@pytest.mark.both_databases
def test_a_report_sent_while_its_picture_is_being_fetched_has_it(
    timed: Service, settings: Settings, provider: Provider, messenger: Fetcher
) -> None:
    reporter = sends(timed, provider, picture())
    provider.meanwhile = lambda: finish(reporter)

    fetch_all(messenger)

    photo = stored(timed.database, reporter.reference)
    assert opened(settings, photo, reporter.reference, open_photo) == jpeg(picture())
    assert counts(timed.database, "photo")["photo"] == 0


@pytest.mark.both_databases
def test_a_picture_that_comes_while_its_report_is_being_sent_goes_along(
    timed: Service, settings: Settings, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    reporter = sends(timed, provider, picture())
    reporter.go_on_until(reporter.is_ready)

    during = replace(timed, now=after(messenger, clock))
    reporter.line = ByService(during)
    finish(reporter)

    photo = stored(timed.database, reporter.reference)
    assert photo.state is PhotoState.HERE
    assert opened(settings, photo, reporter.reference, open_photo) == jpeg(picture())


def test_a_picture_given_up_while_its_report_is_being_sent_is_told_and_the_report_goes(
    timed: Service, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    reporter = sends(timed, provider, picture())
    reporter.go_on_until(reporter.is_ready)
    provider.pictures.clear()

    reporter.line = ByService(replace(timed, now=after(messenger, clock)))
    finish(reporter)

    assert "Picture 1 is not with your report." in reporter.heard.text
    assert reporter.hears(TEXTS.sent)
    assert counts(timed.database, "report", "report_photo") == {"report": 1, "report_photo": 0}


@pytest.mark.both_databases
def test_the_picture_that_comes_with_the_message_that_sends_goes_along(
    timed: Service, settings: Settings, provider: Provider, messenger: Fetcher
) -> None:
    reporter = sends(timed, provider, picture())
    reporter.go_on_until(reporter.is_ready)

    timed.receive(provider.mms(picture(colour="blue"), text="1"))
    fetch_all(messenger)

    (reference, *_), second = rows(timed.database, "report_photo")["report_photo"]
    assert opened(settings, stored(timed.database, reference, 2), reference, open_photo) == jpeg(
        picture(colour="blue")
    )
    assert second[4] == PhotoState.HERE


def test_a_picture_that_never_comes_is_marked_lost_and_the_rest_stands(
    timed: Service, provider: Provider, messenger: Fetcher, clock: Clock
) -> None:
    reference = finish(sends(timed, provider, picture(), picture(colour="blue"))).reference
    provider.faults = [BUSY] * 8
    del provider.pictures["picture 0"]

    for _ in range(5):
        fetch_all(messenger)
        clock.pass_(minutes=2)

    lost = [stored(timed.database, reference, number).state for number in (1, 2)]
    assert lost == [PhotoState.LOST] * 2
    assert counts(timed.database, "awaited_photo")["awaited_photo"] == 0
    assert sorted(provider.deleted) == ["picture 0", "picture 1"]


def test_an_agency_taken_back_before_its_picture_came_cannot_open_it(
    timed: Service, provider: Provider, messenger: Fetcher
) -> None:
    reporter = sends(timed, provider, picture())
    finish(reporter, consent_police="with_details", consent_vcas="no")
    reference = reporter.reference
    assert agencies_in(stored(timed.database, reference).envelope) == {"case_group", "police"}

    say(timed, "hello", "take back a yes", "police", "yes")
    fetch_all(messenger)

    photo = stored(timed.database, reference)
    assert photo.state is PhotoState.HERE
    assert agencies_in(photo.envelope) == {"case_group"}


@pytest.mark.both_databases
@pytest.mark.parametrize("while_fetched", [True, False])
def test_a_report_taken_back_whole_before_its_picture_came_keeps_nothing_here_or_there(
    timed: Service, provider: Provider, messenger: Fetcher, clock: Clock, while_fetched: bool
) -> None:
    finish(sends(timed, provider, picture()))

    def erase() -> None:
        say(timed, "hello", "take everything back", "yes")

    if while_fetched:
        provider.meanwhile = erase
    else:
        erase()
    fetch_all(messenger)
    clock.pass_(minutes=3)
    fetch_all(messenger)

    found = counts(timed.database, "photo", "report_photo", "awaited_photo")
    assert found == {"photo": 0, "report_photo": 0, "awaited_photo": 0}
    assert provider.deleted == ["picture 0"]


def test_after_everything_is_fetched_the_whole_public_tier_opens_no_picture(
    timed: Service, settings: Settings, provider: Provider, messenger: Fetcher, tmp_path: Path
) -> None:
    finish(sends(timed, provider, telling_picture()), originals="yes")
    before = Adversary.take(settings, timed.database, tmp_path / "before")
    fetch_all(messenger)
    after = Adversary.take(settings, timed.database, tmp_path / "after")

    read = after.read()
    assert jpeg(telling_picture()) not in read
    assert PLACE not in read
    before.cells += after.cells  # who was here in those minutes, and comes back: see bot/awaited.py
    assert jpeg(telling_picture()) in before.read()


def test_the_phone_of_a_sent_report_is_not_needed_any_more(
    timed: Service, settings: Settings, provider: Provider, messenger: Fetcher
) -> None:
    """The draft's conversation may be left before its pictures came."""
    reporter = finish(sends(timed, provider, picture()))

    timed.forget("sms", PHONE)
    fetch_all(messenger)

    photo = stored(timed.database, reporter.reference)
    assert opened(settings, photo, reporter.reference, open_photo) == jpeg(picture())
