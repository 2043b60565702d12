"""How a step is put to a person: its question with options, and the read-back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from bot.core.conversation import Answer, Conversation, Day, Entry, Option, Reply, Sayable
from bot.core.cutting import last_whole
from bot.core.flow import CHANNEL, ENOUGH, KNOWN, ROLE, TAKE_PHOTOS, Choice, Condition, Flow, Kind, Step
from bot.core.phrases import Phrase, Phrasebook
from bot.core.reading import Readers
from bot.core.reporting import agreed
from bot.core.signposting import Directory
from bot.core.texts import Texts
from bot.core.triage import Rules
from bot.core.understanding import labels_of
from casebridge.report import AnswerState

LONGEST_READ_BACK = 160  # characters; a whole story would be many text messages
LONGEST_ECHO = 60


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """Everything the engine knows before a message comes. Never changes."""

    flows: Mapping[str, Flow]
    texts: Texts
    phrasebook: Phrasebook
    directory: Directory
    readers: Readers
    triage: Rules
    coordinator: str  # the agency that receives for the area
    take_photos: tuple[str, ...] = TAKE_PHOTOS  # channels on which they can be sent here


class Walk(NamedTuple):
    """The way through a flow so far: every step met, the one now open, the answers given on it."""

    path: tuple[Step, ...]
    pending: Step | None
    answers: Mapping[str, Answer]

    @property
    def answered(self) -> tuple[Step, ...]:
        """The questions answered on the way, in order."""
        return tuple(step for step in self.path if step.asks and step is not self.pending)

    @property
    def read_back(self) -> tuple[Step, ...]:
        """Those of them that a report is read back with: the ones that have a title."""
        return tuple(step for step in self.answered if step.title)


def walk(flow: Flow, answers: Mapping[str, Answer]) -> Walk:
    """Follow the flow to its first relevant question without an answer.

    Conditions see only answers on the path, so what an earlier answer made irrelevant
    neither steers nor reaches a report, and comes back when that answer changes back.
    """
    steps = flow.core if _adds_nothing(flow, answers) else flow.steps
    known = {name: answers[name] for name in KNOWN & answers.keys()}
    if ROLE in answers and flow.step(ROLE) is None:  # comes back to a report: its voice is known
        known[ROLE] = answers[ROLE]
    return _follow(flow, steps, [], known, answers)


def walk_on(flow: Flow, way: Walk, answers: Mapping[str, Answer]) -> Walk:
    """Follow the flow further, now that the open question has its answer."""
    if way.pending is None:
        return way
    name = way.pending.name
    after = flow.after(way.pending, in_core=_adds_nothing(flow, answers))
    return _follow(flow, after, list(way.path), {**way.answers, name: answers[name]}, answers)


def _follow(
    flow: Flow,
    steps: Iterable[Step],
    path: list[Step],
    on_path: dict[str, Answer],
    answers: Mapping[str, Answer],
) -> Walk:
    meet, given = path.append, answers.get
    for step in steps:
        when = step.when
        if when is not None and not when.holds(on_path):
            continue
        if not step.asks:
            meet(step)
            continue
        answer = given(step.name)
        if step is flow.themes:
            if answer is not None:
                on_path[step.name] = answer
            continue
        if answer is None:
            step = _offered(_or_themes(flow, step, on_path), on_path)
            meet(step)
            return Walk(tuple(path), step, on_path)
        meet(step)
        on_path[step.name] = answer
    return Walk(tuple(path), None, on_path)


def _offered(step: Step, on_path: Mapping[str, Answer]) -> Step:
    """Return a question with only the choices that hold for whoever is asked."""
    if all(choice.when is None for choice in step.choices):
        return step
    return _with(step, tuple(c for c in step.choices if c.when is None or c.when.holds(on_path)))


@lru_cache(maxsize=1024)
def _with(step: Step, choices: tuple[Choice, ...]) -> Step:
    return replace(step, choices=choices)


def _adds_nothing(flow: Flow, answers: Mapping[str, Answer]) -> bool:
    return flow.themes is not None and flow.themes.name not in answers


def _or_themes(flow: Flow, step: Step, on_path: Mapping[str, Answer]) -> Step:
    """Return what is asked in place of the read-back while somebody is adding to their report."""
    if step.kind is not Kind.REVIEW or flow.themes is None or flow.themes.name not in on_path:
        return step
    chosen = on_path[flow.themes.name].codes
    return step if ENOUGH in chosen else still_to_tell(flow.themes, chosen) or step


@lru_cache(maxsize=1024)
def still_to_tell(themes: Step, chosen: tuple[str, ...]) -> Step | None:
    """Return the themes not told of yet as one question; None where all are."""
    left = tuple(choice for choice in themes.choices if choice.value not in chosen)
    return replace(themes, choices=left) if len(left) > 1 else None


_ENTRIES: Mapping[Kind, Entry] = {
    Kind.STORY: Entry.LONG,
    Kind.TEXT: Entry.SHORT,
    Kind.DATE: Entry.SHORT,
    Kind.PLACE: Entry.SHORT,
    Kind.CONTACT: Entry.CONTACT,
    Kind.CODE: Entry.CODE,
}


def ask(knowledge: Knowledge, conversation: Conversation, way: Walk) -> tuple[Reply, ...]:
    """Put the open question, a read-back before it where it is the last."""
    step = way.pending
    if step is None:
        return ()
    question = _question(step, step.asked_of(way.answers))
    if step.kind is Kind.REVIEW and not conversation.misses:  # it is long: once is enough
        return (*read_back(knowledge, conversation, way), question)
    if step.kind is Kind.STORY and conversation.parts:
        return (story_so_far(knowledge, conversation, step),)
    if step.kind is Kind.STORY and conversation.photos:
        return (replace(question, options=_story_options(knowledge.texts), numbered=False),)
    return (question,)


@lru_cache(maxsize=1024)
def _question(step: Step, asked: Phrase) -> Reply:
    return Reply(
        asked,
        options=tuple(Option(choice.value, choice.label) for choice in step.choices if choice.listed),
        step=step.name,
        several=step.kind in (Kind.CHOICES, Kind.THEMES),
        entry=_ENTRIES.get(step.kind, Entry.NONE),
    )


def story_so_far(knowledge: Knowledge, conversation: Conversation, step: Step) -> Reply:
    """Say that a part of the story is kept and how to go on."""
    texts = knowledge.texts
    return Reply(
        texts.story_kept,
        {"words": _start_of(conversation.parts[-1], LONGEST_ECHO)},
        options=_story_options(texts),
        step=step.name,
        numbered=False,
        entry=Entry.LONG,
    )


def _story_options(texts: Texts) -> tuple[Option, ...]:
    return Option("done", texts.story_done), Option("again", texts.story_again)


def says_around(way: Walk, answered: str) -> tuple[Reply, ...]:
    """Return what is said in passing right after one step and right before the open one.

    What has no condition but the channel leads to the question behind it: where that is answered it
    was said before.
    """
    path = way.path[:-1] if way.pending else way.path
    before = len(path)
    while before and not path[before - 1].asks:
        before -= 1
    if not before or path[before - 1].name == answered:  # as nearly always
        return _said(path[before:], way)
    start = next((i for i, step in enumerate(path) if step.name == answered), before - 1) + 1
    after = start
    while after < before and not path[after].asks:
        after += 1
    cards = (step for step in path[start:after] if step.when is not None and _is_card(step.when))
    return _said((*cards, *path[before:]), way)


def _said(steps: Iterable[Step], way: Walk) -> tuple[Reply, ...]:
    return tuple(Reply(step.asked_of(way.answers)) for step in steps)


def _is_card(when: Condition) -> bool:
    return any(name != CHANNEL for name, _ in when.names())


def read_back(knowledge: Knowledge, conversation: Conversation, way: Walk) -> tuple[Reply, ...]:
    """List every answer with the number CHANGE takes, consents with who gets what."""
    texts = knowledge.texts
    lines = tuple(
        Reply(
            texts.review_consent_line if step.agency else texts.review_line,
            {
                "n": str(number),
                "title": step.title or step.ask,
                "answer": shown(step, conversation.answers[step.name], texts),
            },
            line=number > 1,
        )
        for number, step in enumerate(way.read_back, 1)
    )
    if not (conversation.reference or agreed(way.path, conversation.answers)):
        return (*lines, Reply(texts.review_nobody))
    if not conversation.photos:
        return lines
    return (*lines, Reply(texts.review_photos, {"count": str(len(conversation.photos))}))


def shown(step: Step, answer: Answer, texts: Texts) -> Sayable:
    """Return an answer as it is read back."""
    value = answer.value
    if answer.state is AnswerState.SKIPPED:
        return texts.skipped
    if answer.state is AnswerState.DONT_KNOW:  # a day nobody could place is read back as it was said
        own_words = step.kind is Kind.DATE and any(map(str.isalpha, answer.said))
        return _start_of(answer.said) if own_words else texts.dont_know
    if isinstance(value, tuple):
        return labels_of(step, value)
    if isinstance(value, str):
        choice = step.choice(value)
        return choice.label if choice else _start_of(value)
    if value is not None and value.get("kind") == "day":
        return Day.of(value)
    if value is not None and (labels := labels_of(step, (value.get("kind", ""),))):
        return labels
    return _start_of(answer.said or (value or {}).get("text", ""))


def _start_of(words: str, most: int = LONGEST_READ_BACK) -> str:
    """Cut long words: enough is left to know which they are."""
    words = " ".join(words.split())
    return words if len(words) <= most else f"{words[: last_whole(words, most)]} ..."


def consent_words(step: Step, asked: Phrase, language: str, phrasebook: Phrasebook) -> str:
    """Return exactly what a consent question shows: the sentence and each choice on its line."""
    labels = (phrasebook.text(choice.label, language) for choice in step.choices)
    return "\n".join((phrasebook.text(asked, language), *labels))
