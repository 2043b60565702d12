"""The web chat for a test: an app of its own, and pages read as a browser without script reads them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.drafts import make_draft_key
from bot.settings import Settings
from casebridge.area import read_area
from casebridge.keyring import make_keys
from tests.making import make_app, service_of

LANGUAGES = ("en", "pl", "ar")
STORY = "They shouted at me in the street.\nصرخوا في وجهي. Żebym wracała do siebie."
ANSWERS: dict[str, tuple[str, ...]] = {
    "role": ("victim",),
    "danger": ("no",),
    "why": ("race_or_ethnicity", "religion_or_belief"),
    "kind_of_incident": ("verbal_abuse",),
    "when": ("yesterday",),
    "where": ("street",),
    "repeat": ("first",),
    "offender_known": ("stranger",),
    "contact": ("no",),
    "consent_police": ("without_details",),
    "review": ("send",),
}
"""What the person in these tests chooses; elsewhere the first thing that is offered."""
LONGER = ANSWERS | {"where": ("home",), "contact": ("yes",)}
"""The same with more questions, for where a question costs little."""
TEXTS = {"contact_details": "07700 900123", "": "weekdays after 5"}


@contextmanager
def chat_of(folder: Path, **given: Any) -> Iterator[Flask]:
    """Make an app with keys and an empty database in a folder, and close it afterwards."""
    settings = Settings(_env_file=None, var_dir=folder, **given)
    make_draft_key(settings)
    make_keys(settings, read_area(settings.area))
    app = make_app(settings, csrf=True)
    database = service_of(app).database  # a test may take it away from the app
    yield app
    database.close()


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def chosen(step: str, offered: list[str], answers: Mapping[str, tuple[str, ...]] = ANSWERS) -> list[str]:
    """Return what to choose of what is offered at a step."""
    wanted = [value for value in answers.get(step, ()) if value in offered]
    return wanted or offered[:1]


@dataclass
class Form:
    """One form of a page: what it sends without a press, and what its buttons and boxes add."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    offered: list[tuple[str, str]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    controls: list[dict[str, str | None]] = field(default_factory=list)

    @property
    def step(self) -> str:
        return dict(self.fields).get("step", "")


class Page(HTMLParser):
    """What stands on a page: its forms, language and words."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.root: dict[str, str | None] = {}
        self.words: list[str] = []
        self.said: list[str] = []
        self.codes = 0
        self._typing = ""
        self._in_said = False
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "html":
            self.root = given
        elif tag == "form":
            self.forms.append(Form())
        elif tag == "li":
            self._in_said = given.get("class") == "said"
        elif tag == "span" and given.get("class") == "code":
            self.codes += 1
        elif tag == "textarea":
            self._typing = name
            self.forms[-1].texts[name] = ""
        elif tag == "input" and given.get("type") == "text":
            self.forms[-1].texts[name] = value
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1].fields.append((name, value))
        elif tag in ("button", "input") and name:
            self.forms[-1].offered.append((name, value))
        if tag in ("button", "input", "textarea") and self.forms:
            self.forms[-1].controls.append(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._typing = ""

    def handle_data(self, data: str) -> None:
        if self._typing:
            self.forms[-1].texts[self._typing] += data.removeprefix("\n")
            return
        self.words.append(data)
        if self._in_said and data.strip():
            self.said.append(data.strip())

    @property
    def options(self) -> Form | None:
        """The form with the options of the open question."""
        return next((form for form in self.forms if form.step and "text" not in form.texts), None)

    @property
    def writing(self) -> Form:
        """The form with the text field."""
        return next(form for form in self.forms if "text" in form.texts)


@dataclass
class Visitor:
    """Somebody with a browser without script."""

    client: FlaskClient
    page: Page

    @classmethod
    def arrives(cls, app: Flask, path: str = "/") -> "Visitor":
        client = app.test_client()
        return cls(client, Page(client.get(path)))

    @classmethod
    def starts(cls, app: Flask, language: str = "en") -> "Visitor":
        visitor = cls.arrives(app)
        visitor.sends(visitor.page.forms[0], ("language", language))
        return visitor

    def posts(self, fields: list[tuple[str, str]], **headers: str) -> TestResponse:
        form: dict[str, list[str]] = {}
        for name, value in fields:
            form.setdefault(name, []).append(value)
        return self.client.post("/", data=form, headers=headers)

    def sends(self, form: Form, *more: tuple[str, str]) -> TestResponse:
        """Send a form, follow where it leads and look at the page there."""
        response = self.posts([*form.fields, *more])
        self.page = Page(self.client.get("/") if response.status_code == 303 else response)
        return response

    def presses(self, *values: str) -> TestResponse:
        assert self.page.options is not None
        return self.sends(self.page.options, *(("value", value) for value in values))

    def writes(self, text: str) -> TestResponse:
        writing = self.page.writing
        return self.sends(Form([pair for pair in writing.fields if pair[0] != "step"]), ("text", text))

    def answers(self) -> str:
        """Answer the open question, whatever it is; return its name."""
        options, writing = self.page.options, self.page.writing
        if options is not None:
            self.presses(*chosen(options.step, [value for _, value in options.offered], LONGER))
            return options.step
        if writing.step:
            self.sends(writing, ("value", "done"))
            return writing.step
        is_story = not any(control.get("type") == "text" for control in writing.controls)
        is_contact = any(control.get("autocapitalize") for control in writing.controls)
        self.writes(STORY if is_story else TEXTS["contact_details" if is_contact else ""])
        return "story" if is_story else ""

    def reports(self) -> None:
        """Answer everything until there is a reference and a code."""
        for _ in range(40):
            if self.page.codes:
                return
            self.answers()
        raise AssertionError(" ".join(self.page.words))
