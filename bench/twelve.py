"""The twelve questions of the peers as a flow of ours, so that all answer the same ones."""

from dataclasses import replace

from bench.talk import PEER, PROMPTS, QUESTIONS
from bot.core.asking import Knowledge
from bot.core.flow import Choice, Flow, Kind, Step
from bot.core.phrases import Phrase
from bot.core.turn import FIRST_FLOW

KINDS = {
    "choice": Kind.CHOICE,
    "choices": Kind.CHOICES,
    "yes_no": Kind.YES_NO,
    "text": Kind.TEXT,
    "date": Kind.DATE,
}
TWELVE = ("english", *PEER[1:])
"""14 messages, as for the peers: one that begins, 12 answers and one that is none."""


def knowing_twelve(knowledge: Knowledge) -> Knowledge:
    """Return the same knowledge with the twelve questions for its flow."""
    steps = tuple(_step(name, kind, options) for name, kind, options in QUESTIONS)
    return replace(knowledge, flows={FIRST_FLOW: Flow(FIRST_FLOW, "bench", steps)})


def _step(name: str, kind: str, options: tuple[str, ...]) -> Step:
    ask = PROMPTS[name].split("\n")[0]
    choices = tuple(
        Choice(f"{name}_{number}", Phrase(f"bench.{name}.{number}", label))
        for number, label in enumerate(options)
    )
    return Step(name, KINDS[kind], Phrase(f"bench.{name}", ask), choices=choices)
