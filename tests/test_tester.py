"""The page at the desk where staff try the conversation: played whole, counted, and never kept."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel
from werkzeug.test import TestResponse

from bot.segments import not_gsm, segments
from casebridge.database import Database
from casebridge.settings import FaultySettings
from tests.casebridge.desk.people import NOW, TOKEN, Office, Worker, open_office, text_of
from tests.reporter import Heard, Reporter
from tests.running import ROOT
from tests.tables import create_tables

PAGES = "bot.tester:pages"
CHANNELS = ("sms", "telegram", "web", "whatsapp")
STORY = "zimtstern shouted at me"
TALK = re.compile(r'name="talk" value="([^"]*)"')
LATEST = re.compile(r'id="latest">(.*?)<div class="note">', re.DOTALL)
STEP = re.compile(r'name="step" value="([^"]*)"')
OPTION = re.compile(r'<button class="option" name="value" value="([^"]*)"')
BUBBLE = re.compile(r'<p class="bubble" dir="auto">(.*?)</p>', re.DOTALL)
SIZE = re.compile(r"<strong>(\d+) parts?</strong>, (\d+) characters, (GSM-7|UCS-2)")
SHAPED: dict[str, Any] = {
    "channel": "sms",
    "language": "en",
    "begun": NOW.isoformat(),
    "hours": 0,
    "said": [{"text": "hello"}],
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("desk")
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    create_tables(database.engine)
    yield open_office(database, folder, desk_pages=PAGES)
    database.close()


@pytest.fixture(scope="module")
def worker(office: Office) -> Worker:
    return office.worker()


@dataclass
class ByTester:
    """The pretend phone, as a browser without a script uses it."""

    worker: Worker
    channel: str
    page: str = ""

    def greet(self) -> Heard:
        return Heard("", tuple(f"language:{code}:" for code in ("en", "pl", "ar")))

    def begin(self, language: str) -> "ByTester":
        self.send("/try/new", channel=self.channel, language=language)
        return self

    def say(self, *texts: str) -> Heard:
        for text in texts:
            heard = self.send("/try", text=text)
        return heard

    def press(self, data: str) -> Heard:
        step, value, _ = data.split(":")
        if step == "language":
            self.begin(value)
            return self._heard()
        return self.send("/try", step=step, value=value)

    def send(self, path: str, **form: str) -> Heard:
        self.page = self.post(path, **form).text
        return self._heard()

    def post(self, path: str, **form: str) -> TestResponse:
        page = self.page or self.worker.get("/try").text
        token, talk = TOKEN.search(page), TALK.search(page)
        assert token is not None
        hidden = {"csrf_token": token[1]} | ({"talk": html.unescape(talk[1])} if talk else {})
        return self.worker.client.post(path, data=hidden | form)

    def _heard(self) -> Heard:
        latest, step = LATEST.search(self.page), STEP.search(self.page)
        text = html.unescape(re.sub(r"<[^>]*>", "", latest[1])) if latest else ""
        buttons = OPTION.findall(self.page)
        return Heard(text, tuple(f"{step[1]}:{value}:" for value in buttons) if step else ())

    @property
    def says(self) -> str:
        """What the whole page says, without its tags."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.page)).split())


def everything_in(database: Database) -> dict[str, list[Any]]:
    with database.read() as line:
        return {
            name: [tuple(row) for row in line.execute(select(table))]
            for name, table in SQLModel.metadata.tables.items()
        }


@pytest.mark.parametrize("tells_more", [False, True], ids=["short", "told in full"])
@pytest.mark.parametrize(("channel", "language"), [*zip(CHANNELS, ["en", "pl", "ar", "en"], strict=True)])
def test_a_whole_report_is_played_and_nothing_is_written_to_any_table(
    office: Office, worker: Worker, channel: str, language: str, tells_more: bool
) -> None:
    before = everything_in(office.database)
    phone = ByTester(worker, channel)

    reporter = Reporter(phone, language, {"story": STORY}, tells_more=tells_more).report()

    assert reporter.code == "9553.9573.1361.2952"
    assert "sealed and sent to: Case group" in phone.says
    assert everything_in(office.database) == before
    assert len(before) > 5


@pytest.mark.parametrize("language", ["en", "pl", "ar"])
def test_parts_are_counted_as_they_are_paid(worker: Worker, language: str) -> None:
    phone = ByTester(worker, "sms")
    Reporter(phone, language, {"story": "they shouted “go home”"}).report()
    texts = [html.unescape(text) for text in BUBBLE.findall(phone.page)]

    shown = [(int(parts), int(size), alphabet) for parts, size, alphabet in SIZE.findall(phone.page)]

    counted = [(segments(text), len(text), "UCS-2" if not_gsm(text) else "GSM-7") for text in texts]
    total = re.search(r"So far (\d+) parts? in, (\d+) out", phone.page)
    assert shown == counted
    assert total is not None
    assert int(total[1]) + int(total[2]) == sum(parts for parts, _, _ in counted)


def test_what_the_machine_understood_stands_beside_the_reply_and_below_the_phone(worker: Worker) -> None:
    phone = ByTester(worker, "sms").begin("en")

    phone.say("1", "yes")

    assert "Understood: danger = yes" in phone.says
    assert "Asks: safe_to_go_on , a choice of report" in phone.says
    assert "Urgent Someone is in danger now, or may be" in phone.says
    assert "danger yes" in phone.says.split("What was understood so far")[1]


def test_an_agency_that_gets_only_the_facts_is_shown_without_the_story(worker: Worker) -> None:
    phone = ByTester(worker, "sms").begin("en")

    phone.say("1", "1", STORY, "done", "1", "no", "1", "2", "no")

    shares = phone.says.split("Who would receive it")[1]
    assert "Case group With details Receives: role , danger , story , why , contact ." in shares
    assert "Cleveland Police Without details Receives: role , danger , why , contact ." in shares
    assert "Kept back: story ." in shares
    assert "(VCAS) No It would receive nothing" in shares


def test_without_details_a_day_is_shown_as_kept_rough(worker: Worker) -> None:
    phone = ByTester(worker, "sms")
    answers = {"consent_police": "without_details", "when": "yesterday"}

    Reporter(phone, answers=answers, tells_more=True).report()

    police = phone.says.split("Cleveland Police Without details")[1].split("Victim Care")[0]
    assert "Only roughly: when ." in police
    assert phone.says.count("Only roughly") == 1


@pytest.mark.parametrize(
    ("says", "waits", "erased"),
    [
        pytest.param((), (168,), False, id="a week"),
        pytest.param((), (168, 24), True, id="more than a week"),
        pytest.param(("later",), (168, 24), False, id="later, and more than a week"),
        pytest.param(("later",), (168, 168, 12), True, id="later, and more than two weeks"),
    ],
)
def test_a_draft_is_there_as_long_as_people_are_told(
    worker: Worker, says: tuple[str, ...], waits: tuple[int, ...], erased: bool
) -> None:
    phone = ByTester(worker, "sms").begin("en")
    phone.say("1", "1", *says)

    for hours in waits:
        phone.send("/try/later", hours=str(hours))
    phone.say(STORY)

    assert ("the draft had been erased" in phone.says) is erased


def test_a_word_the_provider_answers_itself_is_shown_without_our_reply(worker: Worker) -> None:
    phone = ByTester(worker, "sms").begin("en")

    heard = phone.say("STOP")

    assert " ".join(heard.text.split()) == "Person: STOP Service:"
    assert "answers this word itself" in phone.says


def test_several_boxes_are_ticked_on_the_web(worker: Worker) -> None:
    phone = ByTester(worker, "web").begin("en")
    phone.say("1", "1", STORY, "done")
    talk, token = TALK.search(phone.page), TOKEN.search(phone.page)
    assert talk is not None
    assert token is not None
    ticked = {"step": "why", "value": ["disability", "religion_or_belief"]}

    page = worker.client.post("/try", data={"csrf_token": token[1], "talk": html.unescape(talk[1])} | ticked)

    assert "why = disability, religion_or_belief" in text_of(page)


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_typed_is_shown_as_typed_and_never_as_a_tag(worker: Worker, channel: str) -> None:
    phone = ByTester(worker, channel).begin("en")
    phone.say("1", "1")

    heard = phone.say('<img src=x onerror="alert(1)"> & "\'')

    assert '<img src=x onerror="alert(1)"> & "\'' in heard.text
    assert "<img" not in phone.page


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_page_holds_nothing_the_policy_forbids_and_sends_nothing_in_an_address(
    worker: Worker, channel: str
) -> None:
    phone = ByTester(worker, channel).begin("en")
    phone.say("1", "1", STORY)
    forms = re.findall(r"<form[^>]*>", phone.page)

    forbidden = re.findall(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|data:|https?://", phone.page)

    assert forbidden == []
    assert len(forms) >= 4
    assert all('method="post"' in form for form in forms)
    assert [link for link in re.findall(r'(?:href|action|src)="([^"]*)"', phone.page) if "?" in link] == []


def test_no_word_of_it_is_logged(
    worker: Worker, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    phone = ByTester(worker, "sms").begin("en")
    phone.say("1", "1", STORY, "done")
    phone.post("/try", talk=f'{{"channel": "{STORY}"}}', text=STORY)
    phone.post("/try", text=STORY, csrf_token=STORY)
    phone.post("/try", text=STORY * 5000)
    worker.get(f"/try?text={STORY}")

    printed = capsys.readouterr()

    assert "zimtstern" not in printed.out + printed.err + caplog.text


def test_words_in_an_address_are_not_read(worker: Worker) -> None:
    assert worker.get(f"/try?text={STORY}&talk={json.dumps(SHAPED)}").text.count("zimtstern") == 0


@pytest.mark.parametrize(
    "talk",
    [
        "",
        "{",
        "null",
        "[]",
        "[" * 5000,
        "zimtstern",
        json.dumps({}),
        json.dumps(SHAPED | {"channel": "fax"}),
        json.dumps(SHAPED | {"said": []}),
        json.dumps(SHAPED | {"said": [{"text": 5}]}),
        json.dumps(SHAPED | {"said": [{"hours": -1}]}),
        json.dumps(SHAPED | {"said": [{"text": "1"}] * 401}),
        json.dumps(SHAPED | {"begun": "2026-11-23T09:30:00"}),
        json.dumps(SHAPED | {"begun": "9999-12-31T23:59:59Z"}),
        json.dumps(SHAPED | {"hours": 10**12}),
        json.dumps(SHAPED | {"more": 1}),
    ],
)
@pytest.mark.parametrize("path", ["/try", "/try/later"])
def test_a_nonsense_form_is_answered_with_a_fresh_start(worker: Worker, path: str, talk: str) -> None:
    page = ByTester(worker, "sms").post(path, talk=talk, text="1", hours="24")

    assert page.status_code == 400
    assert "This talk cannot be shown any more" in text_of(page)
    assert "<button>Start</button>" in page.text
    assert "zimtstern" not in page.text


@pytest.mark.parametrize("form", [{"channel": "fax", "language": "en"}, {"channel": "sms"}, {}])
def test_a_channel_or_language_there_is_not_is_refused(worker: Worker, form: dict[str, str]) -> None:
    assert ByTester(worker, "sms").post("/try/new", **form).status_code == 400


@pytest.mark.parametrize(
    "said",
    [
        {"step": "language", "values": ["xx"]},
        {"step": "role", "values": ["nobody"]},
        {"step": "nowhere", "values": ["x"]},
        {"step": "new", "values": ["new"]},
        {"text": "\x00\u202e\ufffe"},
        {},
    ],
)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_talk_nobody_would_have_is_played_all_the_same(
    worker: Worker, channel: str, said: dict[str, Any]
) -> None:
    shaped = SHAPED | {
        "channel": channel,
        "said": [said, said, {"text": "english"}, said, {"text": "1"}, said],
    }

    page = ByTester(worker, channel).post("/try", talk=json.dumps(shaped))

    assert page.status_code == 200


def test_only_who_is_signed_in_sees_any_of_it(office: Office) -> None:
    nobody = office.stranger()
    paths = [rule.rule for rule in office.app.url_map.iter_rules() if rule.endpoint.startswith("tester.")]

    answers = [nobody.get("/try"), nobody.get("/try/static/tester.css")]
    answers += [nobody.post(path, on="/sign-in", text="1") for path in ("/try", "/try/new", "/try/later")]

    assert len(paths) == 5
    assert [answer.status_code for answer in answers] == [303] * 5
    assert {(answer.location or "").split("?")[0] for answer in answers} == {"/sign-in"}


def test_every_page_of_the_desk_leads_there(worker: Worker) -> None:
    assert '<a class="also" href="/try">Try the conversation</a>' in worker.get("/").text
    assert '<a class="also" href="/try" aria-current="page">' in worker.get("/try").text


def test_a_desk_that_names_no_pages_has_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    create_tables(database.engine)
    worker = open_office(database, tmp_path).worker()

    answers = (worker.get("/try").status_code, "Try the conversation" in worker.get("/").text)
    database.close()

    assert answers == (404, False)


@pytest.mark.parametrize(
    "name", ["bot.nowhere:pages", "bot.tester:nothing", "bot.tester", ":pages", "nonsense"]
)
def test_a_desk_that_names_pages_there_are_not_does_not_open(tmp_path: Path, name: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")

    with pytest.raises(FaultySettings) as refused:
        open_office(database, tmp_path, desk_pages=name)
    database.close()

    assert refused.value.faults == (f"DESK_PAGES: there is no '{name}' here",)


def test_the_page_is_made_without_a_database_or_a_way_to_the_queue() -> None:
    program = "import sys, bot.tester; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    loaded = set(done.stdout.split())
    ways = {
        "sqlalchemy",
        "bot.service",
        "bot.store",
        "casebridge.database",
        "casebridge.outbox",
        "casebridge.sealing",
    }
    assert "bot.rehearsal" in loaded
    assert loaded & ways == set()
