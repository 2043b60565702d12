"""A report begun on one channel and gone on with on another, through the real doors of each."""

from collections.abc import Callable
from io import BytesIO
from itertools import cycle, permutations

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from bot.service import Service
from bot.settings import Settings
from casebridge.keyring import read_keyring
from casebridge.report import Report
from casebridge.sealedphoto import open_photo
from casebridge.sealing import open_sealed
from tests.making import PUBLIC_URL, counts, rows
from tests.pictures import picture
from tests.reporter import CODE, BySms, ByTelegram, ByWeb, Line, Reporter
from tests.talk import TEXTS

Way = Callable[[FlaskClient], Line]
WAYS: tuple[Way, ...] = (ByWeb, BySms, ByTelegram)
WORD = {"en": "later", "pl": "później", "ar": "لاحقا"}


def put_off(reporter: Reporter) -> str:
    """Stop here; return the code."""
    reporter.heard = reporter.line.say(WORD[reporter.language])
    code: str = CODE.findall(reporter.heard.text)[-1]
    return code


def take_up(line: Line, code: str, before: Reporter) -> Reporter:
    """Go on as the same person on another line."""
    reporter = Reporter(line, before.language, before.answers).begin()
    reporter.heard = line.say(code)
    assert reporter.hears(TEXTS.welcome_back)
    return reporter


def received(settings: Settings, service: Service) -> Report:
    (row,) = rows(service.database)["report"]
    return open_sealed(row[2], "case_group", read_keyring(settings).of("case_group"))


@pytest.mark.parametrize(
    ("there", "here", "language"),
    [
        (*ways, language)
        for ways, language in zip(permutations(WAYS, 2), cycle(("en", "ar", "pl")), strict=False)
    ],
)
def test_a_report_begun_on_one_channel_is_finished_on_another(
    client: FlaskClient, service: Service, settings: Settings, there: Way, here: Way, language: str
) -> None:
    begun = Reporter(there(client), language, {"story": "they shouted at me"})
    begun.answer_until(lambda: "why" in begun.asked)
    code = put_off(begun)

    back = take_up(here(client), code, begun)
    back.go_on_until(lambda: back.hears(TEXTS.sent))

    answers = {answer.name: answer.value for answer in received(settings, service).answers}
    assert answers["story"] == "they shouted at me"
    assert not {*begun.asked} & {*back.asked}
    assert counts(service.database, "draft_code")["draft_code"] == 0


def test_a_report_begun_by_text_gone_on_with_on_the_web_and_sent_by_telegram_has_all_of_it(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    begun = Reporter(BySms(client), answers={"contact": "no"})
    begun.answer_until(lambda: bool(begun.asked) and begun.question().name == "story")
    begun.heard = begun.line.say("they shouted at me in the street")

    web = take_up(ByWeb(client), put_off(begun), begun)
    shown = picture(colour="blue")
    _upload(client, shown)
    web.heard = web.line.say("and threw a bottle")
    last = take_up(ByTelegram(client), put_off(web), web)
    last.heard = last.line.say("done")
    last.go_on_until(lambda: last.hears(TEXTS.sent))

    report = received(settings, service)
    answers = {answer.name: answer.value for answer in report.answers}
    assert answers["story"] == "they shouted at me in the street\n\nand threw a bottle"
    assert report.channel == "telegram"
    keys = read_keyring(settings).of("case_group")
    ((reference, number, envelope, *_),) = rows(service.database, "report_photo")["report_photo"]
    assert open_photo(envelope, "case_group", keys, reference, number).startswith(b"\xff\xd8\xff")
    assert counts(service.database, "photo", "draft_code") == {"photo": 0, "draft_code": 0}


def _upload(client: FlaskClient, content: bytes) -> None:
    form = {"id": "a-photo", "photo": FileStorage(BytesIO(content), "a.jpg", content_type="image/jpeg")}
    page = client.post("/", data=form, base_url=PUBLIC_URL, follow_redirects=True)
    assert "Your picture has arrived" in page.text


@pytest.mark.parametrize("way", WAYS)
def test_a_code_as_the_first_word_goes_on_at_once(client: FlaskClient, way: Way) -> None:
    begun = Reporter(BySms(client, "+447700900999"), answers={"story": "they shouted at me"})
    begun.answer_until(lambda: "why" in begun.asked)
    left_at, code = begun.question().name, put_off(begun)
    back = Reporter(way(client))

    if way is ByWeb:  # the first page takes words and a language together
        form = {"id": "first", "text": code, "language": "en"}
        page = client.post("/", data=form, base_url=PUBLIC_URL, follow_redirects=True)
        assert "Welcome back" in page.text
        back.heard = back.line.say("help")
    else:
        back.heard = back.line.say(code)
        assert back.hears(TEXTS.welcome_back)

    assert back.question().name == left_at
