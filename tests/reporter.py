"""A person who makes a whole report on any channel: hears the question, chooses by value, goes on.

Nothing here knows the order of the questions, so the flow may change under it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Protocol
from uuid import uuid4

from flask.testing import FlaskClient

from bot.core.flow import Kind, Step
from bot.core.phrases import Phrase
from bot.service import Service
from bot.wording import as_text
from tests.making import (
    PHONE,
    PUBLIC_URL,
    buttons_of,
    method_of,
    post_sms,
    post_telegram,
    sms,
    sms_form,
    telegram_message,
    telegram_press,
    texts_of,
    whatsapp_form,
)
from tests.talk import ALL_THEMES, KNOWLEDGE, TEXTS

MOST_QUESTIONS = 60
_STEPS = [step for flow in KNOWLEDGE.flows.values() for step in flow.steps if step.asks]
_STORY = next(step for step in _STEPS if step.kind is Kind.STORY)
DIGITS = {"ar": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")}
CODE = re.compile(r"\d{4}\.\d{4}\.\d{4}\.\d{4}")
REFERENCE = re.compile(r"[A-Z][2-9A-Z]{3}-[2-9A-Z]{4}")


@dataclass(frozen=True)
class Heard:
    """What came back: the words, and what each button would send."""

    text: str
    buttons: tuple[str, ...] = ()


class Line(Protocol):
    """A way to say something and hear the answer."""

    def greet(self) -> Heard: ...

    def say(self, text: str) -> Heard: ...

    def press(self, data: str) -> Heard: ...


@dataclass
class ByService:
    """Straight to the service, as text messages."""

    service: Service
    address: str = PHONE

    def greet(self) -> Heard:
        return self.say("hello")

    def say(self, text: str) -> Heard:
        return Heard(as_text(self.service.receive(sms(text, address=self.address))))

    def press(self, data: str) -> Heard:
        raise NotImplementedError


@dataclass
class BySms:
    """Through the webhook, signed as Twilio signs."""

    client: FlaskClient
    phone: str = PHONE

    def greet(self) -> Heard:
        return self.say("hello")

    def say(self, text: str) -> Heard:
        return Heard("\n\n".join(texts_of(post_sms(self.client, sms_form(text, sender=self.phone)))))

    def press(self, data: str) -> Heard:
        raise NotImplementedError


@dataclass
class ByWhatsapp:
    """Through the same webhook, typing numbers."""

    client: FlaskClient

    def greet(self) -> Heard:
        return self.say("hello")

    def say(self, text: str) -> Heard:
        return Heard("\n\n".join(texts_of(post_sms(self.client, whatsapp_form(text)))))

    def press(self, data: str) -> Heard:
        raise NotImplementedError


@dataclass
class ByTelegram:
    """Through the webhook, pressing the buttons that came with a question."""

    client: FlaskClient
    chat: int = 5001

    def greet(self) -> Heard:
        return self.say("/start")

    def say(self, text: str) -> Heard:
        return self._send(telegram_message(text, self.chat))

    def press(self, data: str) -> Heard:
        return self._send(telegram_press(data, self.chat))

    def _send(self, update: Mapping[str, Any]) -> Heard:
        method = method_of(post_telegram(self.client, update))
        return Heard(method.get("text", ""), tuple(buttons_of(method)))


@dataclass
class ByWeb:
    """Through the web chat, as a browser without our script: what is heard is the whole page."""

    client: FlaskClient

    def greet(self) -> Heard:
        languages = KNOWLEDGE.phrasebook.languages
        page = self.client.get("/", base_url=PUBLIC_URL).text
        assert all(language.own_name in page for language in languages)
        return Heard("", tuple(f"language:{language.code}:" for language in languages))

    def say(self, text: str) -> Heard:
        return self._send({"text": text})

    def press(self, data: str) -> Heard:
        step, value, _ = data.split(":")
        return self._send({"language": value} if step == "language" else {"step": step, "value": value})

    def _send(self, form: dict[str, str]) -> Heard:
        form = {"id": uuid4().hex} | form
        page = self.client.post("/", data=form, base_url=PUBLIC_URL, follow_redirects=True)
        return Heard(on_page(page.text))


def on_page(html: str) -> str:
    """Return what a page says, without its markup and what keeps numbers left to right."""
    return re.sub("[\u2066-\u2069]", "", unescape(re.sub(r"<[^>]*>", "", html)))


@dataclass
class Reporter:
    """Somebody with a report to make. `answers`: by step, a value or own words; else the first choice."""

    line: Line
    language: str = "en"
    answers: Mapping[str, str] = field(default_factory=dict)
    presses: bool = True  # where there are buttons
    tells_more: bool = False  # before sending, everything there is to add
    before: Callable[[], Heard] | None = None  # something odd, sent before each answer
    heard: Heard = Heard("")
    asked: list[str] = field(default_factory=list)

    def report(self) -> "Reporter":
        """Make the whole report, from the first word to the return code."""
        return self.answer_until(lambda: self.hears(TEXTS.sent))

    def begin(self) -> "Reporter":
        """Say hello and choose the language, by its button or its number."""
        self.heard = self.line.greet()
        codes = [language.code for language in KNOWLEDGE.phrasebook.languages]
        self._choose("language", codes, self.language)
        return self

    def answer_until(self, done: Callable[[], bool]) -> "Reporter":
        return self.begin().go_on_until(done)

    def go_on_until(self, done: Callable[[], bool]) -> "Reporter":
        while not done():
            assert len(self.asked) < MOST_QUESTIONS, self.heard.text
            if self.before is not None:
                self.heard = self.before()
            self.answer(self.question())
        return self

    def is_ready(self) -> bool:
        """Whether the next plain answer sends the report."""
        return self.question().name == "review" and (not self.tells_more or "more" in self.asked)

    def question(self) -> Step:
        """The step that was asked last in what was heard."""
        heard = _on_one_line(self.heard.text)
        asked = {self._in_words(said): step for step in reversed(_STEPS) for said in step.asks_in}
        asked[self._in_words(TEXTS.story_kept).split("{")[0]] = _STORY
        last = max(asked, key=heard.rfind)
        assert last in heard, heard
        return asked[last]

    def answer(self, step: Step) -> None:
        self.asked.append(step.name)
        if self.tells_more and step.name == "review" and "more" not in self.asked:
            self._choose(step.name, [choice.value for choice in step.choices], "more")
            return
        if step.kind is Kind.THEMES:
            self.heard = self.line.say(ALL_THEMES)
            return
        answer = self.answers.get(step.name) or _OWN_WORDS.get(step.kind)
        values = [choice.value for choice in step.choices]
        if answer is None or answer in values:
            self._choose(step.name, values, answer or values[0])
        elif step.kind is Kind.STORY:
            self.heard = self.line.say(answer)
            self.heard = self.line.say(self._in_words(TEXTS.done_words).split(",")[0])
        else:
            self.heard = self.line.say(answer)

    def hears(self, phrase: Phrase) -> bool:
        """Whether the phrase was said, up to its first gap."""
        return self._in_words(phrase).split("{")[0] in _on_one_line(self.heard.text)

    @property
    def code(self) -> str:
        code: str = CODE.findall(self.heard.text)[0]
        return code

    @property
    def reference(self) -> str:
        reference: str = REFERENCE.findall(self.heard.text)[0]
        return reference

    def _choose(self, step: str, values: list[str], value: str) -> None:
        if self.presses and any(data.startswith(f"{step}:") for data in self.heard.buttons):
            (data,) = (data for data in self.heard.buttons if data.startswith(f"{step}:{value}:"))
            self.heard = self.line.press(data)
            return
        number = str(values.index(value) + 1)
        self.heard = self.line.say(number.translate(DIGITS.get(self.language, {})))

    def _in_words(self, phrase: Phrase) -> str:
        return _on_one_line(KNOWLEDGE.phrasebook.text(phrase, self.language))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


_OWN_WORDS = {
    Kind.STORY: "they shouted at me in the street",
    Kind.CONTACT: "07700 900999",
    Kind.TEXT: "after six, no voicemail",
}
