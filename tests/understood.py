"""Asks one shipped question and says what it makes of what a person typed."""

from datetime import UTC, datetime

from bot.core.conversation import Inbound
from bot.core.flow import Kind
from bot.core.reading import Doubt, Reading
from bot.core.understanding import understand
from bot.flowfile import read_script
from bot.phrasebook import read_phrasebook
from bot.readers import LibraryReaders
from casebridge.report import AnswerState, Value

SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SCRIPT = read_script("stockton-on-tees")
BOOK = read_phrasebook(SCRIPT)
READERS = LibraryReaders(SCRIPT.texts, BOOK)
STEPS = {
    step.name: step
    for flow in SCRIPT.flows.values()
    for step in flow.steps
    if step.kind not in (Kind.SAY, Kind.STORY, Kind.END)  # these are not understood, only heard
}

AGAIN = Doubt.UNCLEAR
PLAINLY = Doubt.NOT_AN_ANSWER
UNKNOWN = None
Row = tuple[str, str, Value | Doubt]


def understood(step: str, typed: str, language: str = "en") -> Value | Doubt:
    answer = understand(STEPS[step], Inbound(typed, SUNDAY), Reading(language, BOOK, SCRIPT.texts, READERS))
    if isinstance(answer, Doubt):
        return answer
    assert (answer.state is AnswerState.DONT_KNOW) == (answer.value is None)
    return answer.value


def ids(rows: list[Row]) -> list[str]:
    return [f"{step}: {typed!r}" for step, typed, _ in rows]
