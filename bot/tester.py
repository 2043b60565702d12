"""A page where council staff try the conversation on a pretend phone, for the desk to show.

The desk opens it by its setting DESK_PAGES, "bot.tester:pages", and puts its guard before it; the
page is drawn in the desk's own frame. A talk lives in the form of its page alone and is played
anew with every message: 60 messages take a few milliseconds, and there is no state to keep, to
clear or to encrypt. Reaches no database and no key.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, make_response, render_template, request
from pydantic import ValidationError

from bot.core.asking import Knowledge
from bot.core.effects import Add, Effect, Erase, Give, Keep, LookUp, Submit, TakeAllBack, TakeBack, TakeUp
from bot.knowing import read_knowledge
from bot.phone import parts, screens
from bot.rehearsal import Rehearsal, play, shares, standing
from casebridge.area import Area, read_area
from casebridge.deskpages import DeskPages
from casebridge.report import Value

CHANNELS = {"sms": "Text message", "telegram": "Telegram", "whatsapp": "WhatsApp", "web": "Web chat"}
STEPS_OF_TIME = {12: "12 hours", 24: "1 day", 168: "1 week"}  # hours


def pages(area: str, now: Callable[[], datetime]) -> DeskPages:
    """Make the pages of one area. Raises FaultyFile."""
    tester = Tester(read_knowledge(area), read_area(area), now)
    blueprint = Blueprint(
        "tester", __name__, template_folder="templates", static_folder="static", static_url_path="/try/static"
    )
    blueprint.add_url_rule("/try", "start", tester.start)
    blueprint.add_url_rule("/try", "say", tester.say, methods=["POST"])
    blueprint.add_url_rule("/try/new", "begin", tester.begin, methods=["POST"])
    blueprint.add_url_rule("/try/later", "later", tester.later, methods=["POST"])
    return DeskPages("Try the conversation", blueprint)


@dataclass(frozen=True, slots=True, eq=False)
class Tester:
    """What the pages are made from, read once."""

    knowledge: Knowledge
    area: Area
    now: Callable[[], datetime]

    def start(self) -> Response:
        """Offer the channels and languages."""
        return self._page(None)

    def begin(self) -> Response:
        """Begin a talk, whatever was said before."""
        channel, language = request.form.get("channel", ""), request.form.get("language", "")
        if language not in {known.code for known in self.knowledge.phrasebook.languages}:
            return self._unreadable()
        try:
            return self._page(Rehearsal.begin(channel, language, self.now()))
        except ValidationError:
            return self._unreadable()

    def say(self) -> Response:
        """Take one more message."""
        form = request.form
        values = tuple(value for value in form.getlist("value") if value)
        text, step = form.get("text", ""), form.get("step", "") if values else ""
        try:
            talk = Rehearsal.model_validate_json(form.get("talk", ""))
            return self._page(talk.with_said(text, step, values) if text.strip() or values else talk)
        except ValidationError:
            return self._unreadable()

    def later(self) -> Response:
        """Move the clock of the phone on."""
        try:
            talk = Rehearsal.model_validate_json(request.form.get("talk", ""))
            return self._page(talk.later(request.form.get("hours", 0, type=int)))
        except ValidationError:
            return self._unreadable()

    def _unreadable(self) -> Response:
        """Say that the form was none of ours, and offer a fresh start."""
        page = self._page(None, unreadable=True)
        page.status_code = 400
        return page

    def _page(self, talk: Rehearsal | None, *, unreadable: bool = False) -> Response:
        shown: dict[str, object] = {}
        if talk is not None:
            played = play(self.knowledge, talk)
            drawn = screens(self.knowledge, talk.channel, played)
            now = standing(self.knowledge, played)
            shown = {
                "screens": drawn,
                "latest": drawn[-1],
                "parts": parts(drawn),
                "standing": now,
                "reasons": tuple(map(self.area.reason, now.reasons)),
                "shares": shares(now.report, self.area),
            }
        return make_response(
            render_template(
                "tester.html",
                talk=talk,
                unreadable=unreadable,
                channels=CHANNELS,
                languages=self.knowledge.phrasebook.languages,
                steps_of_time=STEPS_OF_TIME,
                value_words=value_words,
                effect_words=partial(effect_words, self.area),
                **shown,
            )
        )


def value_words(value: Value) -> str:
    """Write a value as it travels in a report: codes as they are, parts with their names."""
    match value:
        case None:
            return ""
        case str():
            return value
        case tuple():
            return ", ".join(value)
        case _:
            return ", ".join(f"{name}: {part}" for name, part in value.items())


def effect_words(area: Area, effect: Effect) -> str:
    """Say what would have happened outside."""
    match effect:
        case Submit(report):
            to = (given.agency for given in report.consents if given.allows())
            return f"Here the report would be sealed and sent to: {_named(area, to)}."
        case Erase():
            return "Here everything that was written and not sent would be erased."
        case Keep():
            return "Here a code would be made with which this report can be gone on with anywhere."
        case LookUp() | TakeUp():
            return "Here a report would be looked up. This page knows only the one sent in this very talk."
        case Add(_, agencies):
            return f"Here what was added would be sealed and sent to: {_named(area, agencies)}."
        case TakeBack(_, agencies):
            return f"Here the report would be closed to: {_named(area, agencies)}. They would be told."
        case TakeAllBack():
            return "Here the report would be closed to everyone and erased."
        case Give(_, _, consent):
            one_more = _named(area, (consent.agency,))
            return f"Here the report would be opened with its code and sealed for: {one_more}."


def _named(area: Area, agencies: Iterable[str]) -> str:
    return ", ".join(area.agency(agency).name for agency in agencies)
