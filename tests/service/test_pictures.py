"""Pictures from their message to the sealed report: kept once, gone with the draft, opened by few."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from bot import album, store
from bot.keeping import DRAFT_KEPT
from bot.photos import Photo, read_photo
from bot.service import Service
from bot.settings import Settings
from bot.wording import as_text
from casebridge.keyring import read_keyring
from casebridge.returncode import code_keys
from casebridge.sealedphoto import open_original, open_photo, open_photo_with_code
from casebridge.sealing import NotEntitled
from tests.adversary import Adversary
from tests.making import PHONE, PHOTO_ROWS, ROWS, counts, mms, rows, say
from tests.pictures import HTML, PLACE, bomb, picture, telling_picture
from tests.reporter import CODE, ByService, Reporter
from tests.talk import TEXTS

KINDS = {
    "photos": (picture("PNG", colour="blue"), picture("WEBP", colour="green")),
    "one with its place": (telling_picture(),),
}


@pytest.fixture
def telling(service: Service) -> Reporter:
    """Somebody who is asked what happened."""
    reporter = Reporter(ByService(service), answers={"contact": "no"})
    return reporter.answer_until(lambda: bool(reporter.asked) and reporter.question().name == "story")


def sends(service: Service, reporter: Reporter, *pictures: bytes) -> None:
    reporter.heard = replace(reporter.heard, text=as_text(service.receive(mms(*pictures))))


def finish(reporter: Reporter, **answers: str) -> Reporter:
    reporter.answers = {**reporter.answers, **answers}
    return reporter.go_on_until(lambda: reporter.hears(TEXTS.sent))


def opened(service: Service, settings: Settings, agency: str, how: Callable[..., bytes]) -> list[bytes]:
    keys = read_keyring(settings).of(agency)
    found = rows(service.database, "report_photo")["report_photo"]
    return [how(envelope, agency, keys, reference, number) for reference, number, envelope, *_ in found]


def jpeg(content: bytes) -> bytes:
    photo = read_photo(content)
    assert isinstance(photo, Photo)
    return photo.jpeg


@pytest.mark.both_databases
def test_pictures_are_sealed_with_the_report_and_leave_the_draft(
    service: Service, settings: Settings, telling: Reporter
) -> None:
    sent = KINDS["photos"]
    sends(service, telling, *sent)
    assert counts(service.database, "photo")["photo"] == 2

    reporter = finish(telling)

    assert opened(service, settings, "case_group", open_photo) == [jpeg(content) for content in sent]
    assert counts(service.database, "photo")["photo"] == 0
    key = code_keys(reporter.code.replace(".", ""), service.recipients.pepper).key
    (reference, number, envelope, *_), _ = rows(service.database, "report_photo")["report_photo"]
    assert open_photo_with_code(envelope, key, reference, number) == jpeg(sent[0])


@pytest.mark.parametrize(("said", "goes"), [("yes", True), ("no", False)])
def test_hidden_data_goes_along_only_with_a_yes(
    service: Service, settings: Settings, telling: Reporter, said: str, goes: bool
) -> None:
    sends(service, telling, telling_picture())

    finish(telling, originals=said)

    (drawn,) = opened(service, settings, "case_group", open_photo)
    assert PLACE not in drawn
    ((_, _, _, has_original, _),) = rows(service.database, "report_photo")["report_photo"]
    assert bool(has_original) is goes
    if goes:
        assert opened(service, settings, "case_group", open_original) == [telling_picture()]


def test_an_agency_with_only_the_facts_opens_no_picture(
    service: Service, settings: Settings, telling: Reporter
) -> None:
    sends(service, telling, picture())

    finish(telling, consent_police="without_details")

    with pytest.raises(NotEntitled):
        opened(service, settings, "police", open_photo)


def test_what_is_no_picture_is_said_and_nothing_is_stored(service: Service, telling: Reporter) -> None:
    for content, says in (
        (HTML, TEXTS.photo_not_a_picture),
        (bomb(8_000), TEXTS.photo_too_big),
        (picture()[:-200], TEXTS.photo_not_a_picture),
    ):
        sends(service, telling, content)
        assert says.text in telling.heard.text
    assert counts(service.database, "photo")["photo"] == 0


def test_the_sixth_picture_is_not_kept(service: Service, telling: Reporter) -> None:
    sends(service, telling, *[picture()] * 3)
    sends(service, telling, *[picture()] * 3)

    assert counts(service.database, "photo")["photo"] == 5
    assert "at most 5 pictures" in telling.heard.text


def test_a_picture_before_its_time_is_not_kept(service: Service) -> None:
    say(service, "english")

    (message, *_) = service.receive(mms(picture()))

    assert message.text == TEXTS.photo_not_now.text
    assert counts(service.database, "photo")["photo"] == 0


def test_a_picture_sent_when_coming_back_is_not_kept_and_that_is_said(
    service: Service, telling: Reporter
) -> None:
    finish(telling)
    say(service, "hello")

    (message, *_) = service.receive(mms(picture()))

    assert "none once the report is sent" in message.text
    assert counts(service.database, *PHOTO_ROWS) == {"photo": 0, "report_photo": 0}


@pytest.mark.both_databases
@pytest.mark.parametrize("ends", ["delete", "start over", "no to all", "leaving", "expiry"])
def test_pictures_go_wherever_the_draft_goes(service: Service, telling: Reporter, ends: str) -> None:
    sends(service, telling, picture(), picture())
    assert counts(service.database, "photo")["photo"] == 2

    if ends in ("delete", "start over"):
        say(service, ends)
    elif ends == "no to all":
        consents = ("case_group", "police", "vcas")
        telling.answers = {f"consent_{agency}": "no" for agency in consents}
        telling.go_on_until(lambda: telling.hears(TEXTS.not_sent))
    elif ends == "leaving":
        service.forget("sms", PHONE)
    else:
        with service.database.begin() as connection:
            store.purge(connection, datetime.now(UTC) + DRAFT_KEPT * 1.1)

    assert counts(service.database, "photo")["photo"] == 0
    assert counts(service.database, "report_photo")["report_photo"] == 0


@pytest.mark.both_databases
def test_a_picture_is_stored_with_its_turn_or_not_at_all(service: Service, telling: Reporter) -> None:
    before = rows(service.database, *ROWS, *PHOTO_ROWS)

    def fail(_c: object, _u: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO photo"):
            raise ValueError

    event.listen(service.database.engine, "before_cursor_execute", fail)
    with pytest.raises(ValueError):  # noqa: PT011 - the one above
        service.receive(mms(picture()))
    event.remove(service.database.engine, "before_cursor_execute", fail)

    assert rows(service.database, *ROWS, *PHOTO_ROWS) == before


def test_a_draft_s_pictures_lie_encrypted_and_open_only_in_their_own_place(
    service: Service, telling: Reporter
) -> None:
    sends(service, telling, telling_picture())

    stored = rows(service.database, "photo")["photo"]
    key = service.cipher.hash("sms", PHONE)
    with service.database.read() as connection:
        (kept,) = album.draft(connection, service.cipher, key, {}).here.values()
    assert kept.original == telling_picture()
    assert not any(b"\xff\xd8\xff" in cell for row in stored for cell in row if isinstance(cell, bytes))


def test_with_the_whole_public_tier_no_sent_picture_can_be_opened(
    service: Service, settings: Settings, telling: Reporter, tmp_path: Path
) -> None:
    sends(service, telling, telling_picture())
    drawn = jpeg(telling_picture())
    draft = Adversary.take(settings, service.database, tmp_path / "before").read()
    assert drawn in draft  # who takes a draft reads it: holds the adversary to its work
    assert PLACE in draft

    reporter = finish(telling, originals="yes")
    adversary = Adversary.take(settings, service.database, tmp_path / "after")
    read = adversary.read()

    assert drawn not in read
    assert PLACE not in read
    adversary.knows.append(CODE.findall(reporter.heard.text)[0])
    assert drawn in adversary.read()
