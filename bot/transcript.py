"""A talk as text: what the person wrote, what they heard, what would have happened. Replayable.

    # channel: sms
    # at: 2026-11-18T10:00:00+00:00

    > hello

    Which language? …

Further heads: `# sent: case_group with_details, police without_details` for somebody who comes back to
a report, `# status:`, `# question:` and `# survey: yes` for how it stands.

A line that begins with `> ` is a message, `>>` a further line of it, `! ` what the outside was
asked to do. Played again it must read the same; `--update-transcripts` rewrites it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Inbound
from bot.core.effects import (
    Add,
    Draft,
    Effect,
    Erase,
    Found,
    Give,
    Keep,
    LookUp,
    Submit,
    TakeAllBack,
    TakeBack,
    TakeUp,
)
from bot.core.engine import Outcome, advance, tell_found, tell_given
from bot.core.turn import start
from bot.fitting import say_on
from bot.wording import Message, as_text
from casebridge.report import ConsentLevel

REFERENCE = "CNPK-D8V6"
CODE = "9553.9573.1361.2952"
_PLAIN_CODE = CODE.replace(".", "")


@dataclass(frozen=True, slots=True)
class Script:
    """The person's side of a talk."""

    channel: str
    at: datetime
    says: tuple[str, ...]
    found: Found | None = None  # the report they come back to, with its code


@dataclass(slots=True)
class Talk:
    """A talk going on, kept in its stored form between any two turns."""

    knowledge: Knowledge
    conversation: Conversation
    found: Found | None = None  # what the outside knows of a report that was sent
    draft: Draft | None = None  # a report that was put off, here or on another phone

    @classmethod
    def begin(cls, knowledge: Knowledge, channel: str) -> "Talk":
        return cls(knowledge, start(knowledge, channel))

    def say(self, inbound: Inbound) -> tuple[tuple[Message, ...], tuple[Effect, ...]]:
        """Say something; return what is heard and what the outside is asked to do."""
        before = self.conversation
        outcome = advance(self.knowledge, before, inbound)
        effects = outcome.effects
        for effect in effects:
            outcome = self._outside(outcome, inbound, effect)
        self.conversation = Conversation.from_stored(outcome.conversation.stored())
        language = outcome.conversation.language or before.language or "en"
        return say_on(before.channel, outcome.replies, language, self.knowledge), effects

    def _outside(self, outcome: Outcome, inbound: Inbound, effect: Effect) -> Outcome:
        """Answer as the outside would, for a report that was sent in this talk or before it."""
        match effect:
            case Keep():
                self.draft = Draft(outcome.conversation, is_here=True)
            case LookUp():
                found = self._found(effect)
                told = tell_found(self.knowledge, outcome.conversation, inbound, found)
                return told._replace(replies=(*outcome.replies, *told.replies))
            case Give(_, code, consent):
                given = code == _PLAIN_CODE
                return tell_given(self.knowledge, outcome.conversation, inbound, consent, given=given)
            case Submit(report):
                shared = {each.agency: each.level for each in report.consents if each.allows()}
                self.found = Found(report.reference, "received", "", shared, report.involvement)
            case TakeBack(_, agencies) if self.found:
                left = {
                    name: level for name, level in (self.found.shared or {}).items() if name not in agencies
                }
                self.found = replace(self.found, shared=left)
            case TakeAllBack() if self.found:
                self.found = replace(self.found, status="withdrawn", shared={})
            case _:
                pass
        return outcome

    def _found(self, look: LookUp) -> Draft | Found | None:
        found = self.found
        if self.draft is not None and look.code == _PLAIN_CODE:
            return self.draft
        if found is None:
            return None
        found = replace(found, agencies=tuple(found.shared or ()))
        if look.reference == found.reference:
            return replace(found, shared=None, questions=dict.fromkeys(found.questions, ""))
        return found if look.code == _PLAIN_CODE else None


def read(text: str) -> Script:
    """Read the person's side of a transcript."""
    headers: dict[str, str] = {}
    says: list[str] = []
    for line in text.splitlines():
        if line.startswith("# ") and ": " in line:
            name, _, value = line[2:].partition(": ")
            headers[name] = value
        elif line.startswith(">>"):
            says[-1] += "\n" + line[2:].removeprefix(" ")
        elif line.startswith(">"):
            says.append(line[1:].removeprefix(" "))
    at = datetime.fromisoformat(headers["at"])
    return Script(headers["channel"], at, tuple(says), _sent_before(headers) if "sent" in headers else None)


def _sent_before(headers: dict[str, str]) -> Found:
    pairs = (pair.split() for pair in headers["sent"].split(", "))
    return Found(
        reference=REFERENCE,
        status=headers.get("status", "received"),
        reason=headers.get("reason", ""),
        shared={agency: ConsentLevel(level) for agency, level in pairs},
        involvement=headers.get("involvement", "victim"),
        questions={"1": headers["question"]} if "question" in headers else {},
        survey=headers.get("survey") == "yes",
        code=headers.get("own_code", ""),
    )


def play(knowledge: Knowledge, script: Script) -> str:
    """Play a talk from its beginning and write it down."""
    talk = Talk.begin(knowledge, script.channel)
    talk.found = script.found
    parts = [_heads(script)]
    for said in script.says:
        messages, effects = talk.say(Inbound(said, script.at, reference=REFERENCE, code=CODE))
        parts.append(written(said, messages, effects))
    return "\n\n".join(parts) + "\n"


def _heads(script: Script) -> str:
    found = script.found
    heads = {"channel": script.channel, "at": script.at.isoformat()}
    if found is not None and found.shared is not None:
        heads["sent"] = ", ".join(f"{agency} {level}" for agency, level in found.shared.items())
        heads |= {"status": found.status, "involvement": found.involvement}
        heads |= {"reason": found.reason} if found.reason else {}
        heads |= {"question": question} if (question := "".join(found.questions.values())) else {}
        heads |= {"survey": "yes"} if found.survey else {}
        heads |= {"own_code": found.code} if found.code else {}
    return "\n".join(f"# {name}: {value}" for name, value in heads.items())


def written(said: str, messages: Iterable[Message], effects: Iterable[Effect]) -> str:
    """Write down one turn."""
    lines = said.split("\n")
    quoted = "\n".join((f"> {lines[0]}".rstrip(), *(f">> {line}".rstrip() for line in lines[1:])))
    return "\n\n".join(part for part in (quoted, as_text(messages), *map(_told, effects)) if part)


def _told(effect: Effect) -> str:
    match effect:
        case Submit(report):
            consents = ", ".join(f"{consent.agency} {consent.level}" for consent in report.consents)
            answers = "\n".join(
                f"!   {answer.name}: {answer.state} {_value(answer.value)}".rstrip()
                for answer in report.answers
                if answer.state != "not_asked"
            )
            permissions = "".join(f", {each.purpose}" for each in report.permissions if each.given)
            return f"! report {report.urgency}: {consents}{permissions}\n{answers}"
        case Add(report, agencies, question):
            answers = ", ".join(f"{answer.name} {_value(answer.value)}" for answer in report.answers)
            return f"! add for {', '.join(agencies)}{' to a question' if question else ''}: {answers}"
        case TakeBack(_, agencies):
            return f"! take back from {', '.join(agencies)}"
        case TakeAllBack():
            return "! take all back"
        case Give(_, _, consent):
            return f"! give to {consent.agency} {consent.level}"
        case Erase():
            return "! erase"
        case Keep():
            return "! keep"
        case LookUp(code, reference):
            return f"! look up {reference or code}"
        case TakeUp():
            return "! take up"


def _value(value: object) -> str:
    return repr(value) if value is not None else ""
