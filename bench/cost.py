"""Table "cost": what a report costs by text message, both ways, in every language on offer.

Nothing here depends on the machine. Answers are numbers, looked up by step and value, so that a
report goes through in any language and past questions that were not there when this was written.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bench.measure import Measure
from bench.table import Row, Table, at_most
from bench.talk import AT, STORY
from bot.core.asking import Knowledge, walk
from bot.core.conversation import Inbound, Stage
from bot.core.flow import Kind, Step
from bot.core.phrases import ENGLISH
from bot.core.turn import flow_of
from bot.handset import sms_texts
from bot.knowing import read_knowledge
from bot.segments import segments
from bot.transcript import CODE, REFERENCE, Talk
from casebridge.report import ConsentLevel

MOST_TURNS = 100  # a report that takes more goes round in circles
DEAREST = 5

STORIES = {
    "en": STORY,
    "pl": "Mężczyzna w autobusie wyzywał mnie z powodu chusty i popchnął mnie, kiedy wysiadałam.",
    "ar": "شتمني رجل في الحافلة بسبب حجابي ودفعني عندما نزلت.",
}
"""The same story in the letters of each language; one without its own tells it in English."""

Answers = Mapping[str, tuple[str, ...]]
"""What a step is answered with the first time it is asked, and after: values of its choices, or words."""

MINIMAL: Answers = {
    "role": ("victim",),
    "danger": ("no",),
    "contact": ("no",),
    "consent_case_group": (ConsentLevel.WITH_DETAILS,),
    "review": ("send",),
}
MEDIAN: Answers = {
    **MINIMAL,
    "contact": ("yes",),
    "contact_details": ("07700 900123",),
    "review": ("more", "send"),
    "more": ("what place_and_time people effect", "enough"),
    "when": ("yesterday",),
    "where": ("street",),
}
REPORTS = {"minimal": MINIMAL, "median": MEDIAN}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message, the text messages that answer it, and the question they end with ("sent": none)."""

    said: str
    heard: tuple[str, ...]
    question: str

    @property
    def parts_heard(self) -> int:
        return sum(map(segments, self.heard))


def run(_measure: Measure) -> Table:
    """Count every report in every language; one run is enough."""
    knowledge = read_knowledge("stockton-on-tees")
    talks = {
        (language.code, name): report_by_sms(knowledge, language.code, answers)
        for language in knowledge.phrasebook.languages
        for name, answers in REPORTS.items()
    }
    shortest = talks[ENGLISH, "minimal"]
    dearest = sorted(shortest, key=lambda exchange: exchange.parts_heard, reverse=True)[:DEAREST]
    return Table(
        "cost",
        "text messages and the parts they are paid as, from the language to the return code",
        ("", "in", "parts in", "out", "parts out"),
        [Row(" ".join(name), *_counts(talk)) for name, talk in talks.items()],
        (
            at_most("messages in, the minimal report in English", len(shortest), must=10, aim=10, unit=""),
            at_most("parts out, the same report", _counts(shortest)[3], must=16, aim=16, unit=""),
        ),
        (f"dearest in it: {', '.join(f'{each.question} {each.parts_heard}' for each in dearest)}",),
    )


def report_by_sms(knowledge: Knowledge, language: str, answers: Answers) -> tuple[Exchange, ...]:
    """Hold the talk that leaves a report, and return all of it."""
    talk, asked = Talk.begin(knowledge, "sms"), Counter[str]()
    exchanges: list[Exchange] = []
    says = knowledge.phrasebook.language(language).own_name  # as a poster would have it
    while len(exchanges) < MOST_TURNS:
        messages, _ = talk.say(Inbound(says, AT, language=language, reference=REFERENCE, code=CODE))
        step = _open_question(knowledge, talk)
        exchanges.append(Exchange(says, sms_texts(messages), step.name if step else "sent"))
        if step is None:
            return tuple(exchanges)
        wanted = answers.get(step.name, ())[: asked[step.name] + 1]
        says = _answer(knowledge, language, step, wanted[-1] if wanted else "")
        asked[step.name] += 1
    raise AssertionError(f"step '{exchanges[-1].question}' does not take {says!r}")


def _open_question(knowledge: Knowledge, talk: Talk) -> Step | None:
    """Return the step that waits for an answer, None once the report is sent."""
    conversation = talk.conversation
    if conversation.stage is Stage.SENT:
        return None
    return walk(flow_of(knowledge, conversation), conversation.answers).pending


def _answer(knowledge: Knowledge, language: str, step: Step, wanted: str) -> str:
    """Return the message that answers a step; a no, the first choice or SKIP where nothing is wanted."""
    texts, phrasebook = knowledge.texts, knowledge.phrasebook
    if step.kind is Kind.STORY:
        return f"{STORIES.get(language, STORY)}\n{phrasebook.words(texts.done_words, language)[0]}"
    if not step.choices:
        return wanted or phrasebook.words(texts.skip_words, language)[0]
    numbers = {choice.value: str(number) for number, choice in enumerate(step.choices, 1)}
    if not wanted:
        return numbers[ConsentLevel.NO] if step.kind is Kind.CONSENT else "1"
    return " ".join(numbers[value] for value in wanted.split())


def _counts(talk: tuple[Exchange, ...]) -> tuple[int, int, int, int]:
    """Return messages and parts in, messages and parts out."""
    return (
        len(talk),
        sum(segments(exchange.said) for exchange in talk),
        sum(len(exchange.heard) for exchange in talk),
        sum(exchange.parts_heard for exchange in talk),
    )
