"""A talk as text: what the person wrote, what they heard, what would have happened. Replayable.

    # channel: sms
    # at: 2026-11-18T10:00:00+00:00

    > hello

    Which language? …

A line that begins with `> ` is a message, `>>` a further line of it, `! ` what the outside was
asked to do. Played again it must read the same; `--update-transcripts` rewrites it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Inbound
from bot.core.effects import Effect, Erase, LookUp, Submit
from bot.core.engine import Outcome, advance, tell_status
from bot.core.turn import start
from bot.wording import Message, as_text, put_into_words

REFERENCE = "CNPK-D8V6"
CODE = "9553.9573.1361.2952"


@dataclass(frozen=True, slots=True)
class Script:
    """The person's side of a talk."""

    channel: str
    at: datetime
    says: tuple[str, ...]


@dataclass(slots=True)
class Talk:
    """A talk going on, kept in its stored form between any two turns."""

    knowledge: Knowledge
    conversation: Conversation

    @classmethod
    def begin(cls, knowledge: Knowledge, channel: str) -> "Talk":
        return cls(knowledge, start(knowledge, channel))

    def say(self, inbound: Inbound) -> tuple[tuple[Message, ...], tuple[Effect, ...]]:
        """Say something; return what is heard and what the outside is asked to do."""
        before = self.conversation
        outcome = advance(self.knowledge, before, inbound)
        effects = outcome.effects
        for effect in effects:
            if isinstance(effect, LookUp):
                outcome = self._looked_up(outcome, inbound, effect)
        self.conversation = Conversation.from_stored(outcome.conversation.stored())
        language = outcome.conversation.language or before.language or "en"
        known = self.knowledge
        return put_into_words(outcome.replies, language, known.phrasebook, known.texts), effects

    def _looked_up(self, outcome: Outcome, inbound: Inbound, look: LookUp) -> Outcome:
        status = "received" if look.reference else None
        return tell_status(self.knowledge, outcome.conversation, inbound, status)


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
    return Script(headers["channel"], datetime.fromisoformat(headers["at"]), tuple(says))


def play(knowledge: Knowledge, script: Script) -> str:
    """Play a talk from its beginning and write it down."""
    talk = Talk.begin(knowledge, script.channel)
    parts = [f"# channel: {script.channel}\n# at: {script.at.isoformat()}"]
    for said in script.says:
        messages, effects = talk.say(Inbound(said, script.at, reference=REFERENCE, code=CODE))
        parts.append(written(said, messages, effects))
    return "\n\n".join(parts) + "\n"


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
            return f"! report {report.urgency}: {consents}\n{answers}"
        case Erase():
            return "! erase"
        case LookUp(code, reference):
            return f"! look up {reference or code}"


def _value(value: object) -> str:
    return repr(value) if value is not None else ""
