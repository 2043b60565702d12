"""Every odd string, through every question that takes words, on every channel, to the sealed report."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle, islice
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.channels import CHANNELS
from bot.channels.sms import twiml
from bot.core.cutting import units
from bot.core.flow import Kind, Step
from bot.core.normal import clean
from bot.folding import fold
from bot.handset import sms_texts, telegram_message, whatsapp_texts
from bot.longtext import LONGEST_TELEGRAM, parts
from bot.webpage import isolated
from bot.wording import Message
from casebridge.keyring import read_keyring
from casebridge.report import Answer
from casebridge.sealing import open_sealed
from tests.hostile import HOSTILE, kept, sendable
from tests.making import PUBLIC_URL, make_app, make_settings, rows, service_of, texts_of
from tests.reporter import BySms, ByTelegram, ByWeb, ByWhatsapp, Heard, Line, Reporter, on_page
from tests.talk import KNOWLEDGE, TEXTS, at_step

TAKES_WORDS = (Kind.STORY, Kind.TEXT, Kind.PLACE, Kind.DATE, Kind.CONTACT, Kind.CODE)
STEPS = {
    step.name: step
    for flow in KNOWLEDGE.flows.values()
    for step in flow.steps
    if step.asks and step.kind in TAKES_WORDS
}
NAMES = [channel.name for channel in CHANNELS]
_MARKS = re.compile("[<>&\"']")
HANDFUL = 12  # strings for each question


@dataclass
class ByScript(ByWeb):
    """Through the web chat with our script: what is heard is what the page lacks, its markup looked at."""

    since: str = ""
    markup: set[tuple[str, ...]] = field(default_factory=set)

    def say(self, text: str) -> Heard:
        return super().say(sendable(text))

    def _send(self, form: dict[str, str]) -> Heard:
        form = {"id": uuid4().hex, "since": self.since} | form
        headers = {"X-Requested-With": "fetch"}
        page = self.client.post("/", data=form, base_url=PUBLIC_URL, headers=headers)
        assert page.status_code == 200
        self.since = re.findall(r'data-mark="(.*?)"', page.text)[0]
        self.markup |= markup_of(page.text)
        return Heard(on_page(page.text))


@dataclass
class BySmsOf(BySms):
    """As a phone sends it: half a character never leaves one."""

    def say(self, text: str) -> Heard:
        return super().say(sendable(text))


@dataclass
class ByWhatsappOf(ByWhatsapp):
    """As a phone sends it, as above."""

    def say(self, text: str) -> Heard:
        return super().say(sendable(text))


WAYS: Mapping[str, Callable[[FlaskClient], Line]] = {
    "web": ByScript,
    "sms": BySmsOf,
    "whatsapp": ByWhatsappOf,
    "telegram": ByTelegram,
}


def _on_telegram(messages: tuple[Message, ...]) -> str:
    head, question, _ = telegram_message(messages)
    texts = parts(head, question)
    assert all(units(text) <= LONGEST_TELEGRAM for text in texts)
    return "\n".join(texts)


def _on_page(messages: tuple[Message, ...]) -> str:
    drawn = "".join(isolated(message.text) for message in messages)
    assert markup_of(drawn) <= {("bdi", "dir")}
    return drawn


DRAW: Mapping[str, Callable[[tuple[Message, ...]], object]] = {
    "web": _on_page,
    "sms": lambda messages: texts_of(twiml(sms_texts(messages))),
    "whatsapp": lambda messages: texts_of(twiml(whatsapp_texts(messages))),
    "telegram": _on_telegram,
}


@dataclass
class Odd(Reporter):
    """Somebody who answers every question that takes words with something odd first."""

    odd: Iterator[str] = field(default_factory=lambda: iter(()))
    said: dict[str, str] = field(default_factory=dict)
    read_back: str = ""

    def answer(self, step: Step) -> None:
        if step.name == "review":
            self.read_back = self.heard.text
        if step.kind not in TAKES_WORDS or step.name in self.said:
            super().answer(step)
            return
        self.said[step.name] = next(self.odd)
        self.heard = self.line.say(self.said[step.name])
        if step.kind is Kind.STORY and kept(sendable(self.said[step.name])):
            self.heard = self.line.say("done")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """On SQLite alone: what is said lies encrypted in every database."""
    made = make_app(make_settings(tmp_path))
    yield made
    service_of(made).database.close()


def test_every_channel_is_tried_here() -> None:
    assert list(WAYS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_odd_string_told_in_a_story_is_answered_and_sealed_word_for_word(app: Flask, name: str) -> None:
    reporter = Reporter(WAYS[name](app.test_client()))
    reporter.answer_until(lambda: reporter.question().name == "story")

    answered = {kind: reporter.line.say(text).text for kind, text in HOSTILE.items()}
    reporter.heard = reporter.line.say("and that is all")
    reporter.go_on_until(lambda: reporter.hears(TEXTS.sent))

    story = _sealed(app)["story"].value
    assert [kind for kind, heard in answered.items() if not heard.strip()] == []
    assert isinstance(story, str)
    assert [kind for kind, text in HOSTILE.items() if kept(_as_sent(name, text)) not in story] == []


@pytest.mark.parametrize("start", [0, 60, 120])
@pytest.mark.parametrize("name", NAMES)
def test_odd_words_in_every_field_of_a_report_are_read_back_and_sealed_as_they_were_said(
    app: Flask, name: str, start: int
) -> None:
    odd = islice(cycle(HOSTILE.values()), start + NAMES.index(name), None)
    answers = {"contact": "yes", "reported_before": "police"}
    reporter = Odd(WAYS[name](app.test_client()), answers=answers, tells_more=True, odd=odd)

    reporter.report()

    sealed = _sealed(app)
    words = {
        step: kept(_as_sent(name, text))
        for step, text in reporter.said.items()
        if STEPS[step].kind in (Kind.STORY, Kind.TEXT)
    }
    assert len(words) > 5
    assert {step: sealed[step].value for step, text in words.items() if text} == {
        step: text for step, text in words.items() if text
    }
    assert [step for step, text in words.items() if text and not _stands_in(text, reporter.read_back)] == []


def test_no_page_holds_markup_that_is_not_ours(app: Flask) -> None:
    """Every element with its attributes is one that a report in plain words meets as well."""
    plain, odd = ByScript(app.test_client()), ByScript(app.test_client())
    Reporter(plain).report()
    reporter = Reporter(odd)
    reporter.answer_until(lambda: reporter.question().name == "story")

    for text in HOSTILE.values():
        reporter.line.say(text)
    assert odd.markup <= plain.markup


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("step", STEPS)
def test_every_question_that_takes_words_has_an_answer_to_odd_ones(step: str, name: str) -> None:
    """Straight to the engine, drawn as the channel draws it: for questions few reports meet."""
    begin = 5 * list(STEPS).index(step) + NAMES.index(name)
    person = at_step(step, name)
    before = person.talk.conversation

    for kind in islice(cycle(HOSTILE), begin, begin + HANDFUL):
        person.talk.conversation = before
        person.says(clean(HOSTILE[kind]))

        assert DRAW[name](person.messages), kind
        words, answer = kept(HOSTILE[kind]), person.talk.conversation.answers.get(step)
        if STEPS[step].kind is Kind.TEXT and words:
            assert answer is None or answer.value == words, kind


def _as_sent(name: str, text: str) -> str:
    return text if name == "telegram" else sendable(text)


def _stands_in(text: str, read_back: str) -> bool:
    """Whether the beginning of what was said is read back; what is long is cut."""
    begins = " ".join(text.split())[:150]
    return any(_squeezed(each) in _squeezed(read_back) for each in (begins, fold(begins)))


def _squeezed(text: str) -> str:
    return re.sub("[\\s\u2066-\u2069]", "", text)


def _sealed(app: Flask) -> dict[str, Answer]:
    """What the case group reads of the one report there is."""
    (row,) = rows(service_of(app).database, "report")["report"]
    keys = read_keyring(app.extensions["settings"]).of("case_group")
    return {answer.name: answer for answer in open_sealed(row[2], "case_group", keys).answers}


def markup_of(html: str) -> set[tuple[str, ...]]:
    """Return every element of a page with the names of its attributes."""
    found: set[tuple[str, ...]] = set()

    class Reading(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add((tag, *sorted(name for name, _ in attrs)))

    Reading().feed(html)
    return found
