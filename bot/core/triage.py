"""In which order reports are read: an automatic band and its reasons, from what was answered.

Source: domain.md §3, the risk questions 1-16 and their bands, after the study of triage for hate
incidents it calls [TR]: few levels, apart from tools for other antisocial behaviour, room for
judgement. The questions, points and bands are data of the area file. A band orders the queue and
nothing else: a person sets the level, and no reporter is ever shown a band, a reason or a score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.core.flow import Coded, Condition
from casebridge.report import Urgency


@dataclass(frozen=True, slots=True, eq=False)
class RedFlag:
    """One of the questions 1-7: it puts a report first, whatever else was answered."""

    id: str
    when: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Weight:
    """What one answer to a question counts; of several to the same question, the heaviest."""

    id: str
    question: str
    points: int
    when: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What an area has settled. `high` and `medium` are the fewest points of these bands."""

    red_flags: tuple[RedFlag, ...]
    weights: tuple[Weight, ...]
    high: int
    medium: int


class Triaged(NamedTuple):
    """A band, and the ids of what put the report there, in the order of the rules."""

    band: Urgency
    reasons: tuple[str, ...]


def triage(rules: Rules, answers: Mapping[str, Coded]) -> Triaged:
    """Put a report into its band. What was not answered adds nothing, and nothing takes away.

    `answers` may hold NOTICED, what was found in somebody's words: it only ever adds.
    """
    flags = tuple(flag.id for flag in rules.red_flags if flag.when.holds(answers))
    heaviest: dict[str, Weight] = {}
    for weight in rules.weights:
        before = heaviest.get(weight.question)
        if (before is None or before.points < weight.points) and weight.when.holds(answers):
            heaviest[weight.question] = weight
    score = sum(weight.points for weight in heaviest.values())
    band = Urgency.URGENT if flags else _band(rules, score)
    return Triaged(band, (*flags, *(weight.id for weight in heaviest.values())))


def most_points(rules: Rules) -> int:
    """Return the score of somebody who gave the heaviest answer to every question."""
    heaviest: dict[str, int] = {}
    for weight in rules.weights:
        heaviest[weight.question] = max(weight.points, heaviest.get(weight.question, 0))
    return sum(heaviest.values())


def _band(rules: Rules, score: int) -> Urgency:
    if score >= rules.high:
        return Urgency.HIGH
    return Urgency.MEDIUM if score >= rules.medium else Urgency.STANDARD
