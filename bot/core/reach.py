"""Which steps of a flow can ever be asked: tries every answer that matters to a condition. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from bot.core.flow import CHANNEL, KNOWN, NOTICED, PHOTOS, Condition, Flow, Kind, Step

MOST_TRIES = 100_000  # a condition over more answers than this is taken to be reachable

_FIXED: Mapping[Kind, tuple[str, ...]] = {
    Kind.STORY: ("given",),
    Kind.TEXT: ("given",),
    Kind.DATE: ("day",),
    Kind.CONTACT: ("phone", "email"),
}


@dataclass(frozen=True, slots=True)
class Codes:
    """An answer as a condition sees it."""

    codes: tuple[str, ...]

    def has(self, code: str) -> bool:
        return code in self.codes


def values_of(step: Step) -> tuple[str, ...]:
    """Return every value an answer to a step may hold; one that leads away from it never stays."""
    if step.kind in _FIXED:
        return _FIXED[step.kind]
    if step.kind in (Kind.SAY, Kind.CODE, Kind.REVIEW, Kind.END):
        return ()
    chosen = tuple(choice.value for choice in step.choices if not choice.flow and not choice.later)
    return (*chosen, "described") if step.kind is Kind.PLACE else chosen


def values_in(flows: Iterable[Flow]) -> Mapping[str, tuple[str, ...]]:
    """Return what every step may be answered with, in any of these flows."""
    found: dict[str, dict[str, None]] = {}
    for flow in flows:
        for step in flow.steps:
            found.setdefault(step.name, {}).update(dict.fromkeys(values_of(step)))
    return {name: tuple(values) for name, values in found.items()}


def can_hold(condition: Condition, flow: Flow, whens: Mapping[str, Condition | None]) -> bool:
    """Say whether any way through the flow makes a condition hold.

    `whens` are the conditions of the steps, None for one that is to be taken as always asked.
    """
    involved = _involved(condition, whens)
    if involved & (KNOWN - {NOTICED, PHOTOS, CHANNEL}):
        return True  # how an earlier report stands is in no flow
    wanted = {name: {v for n, v in _names(involved, condition, whens) if n == name} for name in involved}
    steps = [step for step in flow.steps if step.name in involved]
    ways = (way for known in _unasked(wanted) for way in _ways(steps, whens, wanted, known))
    return any(tries > MOST_TRIES or condition.holds(answers) for tries, answers in enumerate(ways))


def _unasked(wanted: Mapping[str, set[str | None]]) -> Iterator[dict[str, Codes]]:
    """Yield what may be known without a question: none, some or all of what is looked for."""
    looked_for = [
        (name, value) for name in (NOTICED, PHOTOS, CHANNEL) for value in wanted.get(name, ()) if value
    ]
    for size in range(len(looked_for) + 1):
        for known in combinations(looked_for, size):
            names = {name for name, _ in known}
            yield {name: Codes(tuple(v for n, v in known if n == name)) for name in names}


def _involved(condition: Condition, whens: Mapping[str, Condition | None]) -> frozenset[str]:
    """Return the steps a condition looks at, and those on which these depend."""
    found: set[str] = set()
    waiting = [condition]
    while waiting:
        for name, _ in waiting.pop().names():
            when = whens.get(name)
            if name not in found and when is not None:
                waiting.append(when)
            found.add(name)
    return frozenset(found)


def _names(
    involved: frozenset[str], condition: Condition, whens: Mapping[str, Condition | None]
) -> Iterator[tuple[str, str | None]]:
    yield from condition.names()
    for name in involved:
        if (when := whens.get(name)) is not None:
            yield from when.names()


def _ways(
    steps: list[Step],
    whens: Mapping[str, Condition | None],
    wanted: Mapping[str, set[str | None]],
    answers: dict[str, Codes],
) -> Iterator[dict[str, Codes]]:
    if not steps:
        yield answers
        return
    step, *rest = steps
    when = whens.get(step.name)
    if when is not None and not when.holds(answers):
        yield from _ways(rest, whens, wanted, answers)
        return
    for codes in _answers(step, wanted[step.name]):
        yield from _ways(rest, whens, wanted, {**answers, step.name: Codes(codes)})


def _answers(step: Step, wanted: set[str | None]) -> Iterator[tuple[str, ...]]:
    """Yield the answers to a step that differ for the conditions: all others count as one."""
    values = values_of(step)
    told_apart = [value for value in values if value in wanted]
    others = [value for value in values if value not in wanted][:1]
    if step.skip:
        yield ()
    if step.kind is Kind.THEMES:  # as if never asked
        yield ()
    if step.kind not in (Kind.CHOICES, Kind.THEMES):
        yield from ((value,) for value in (*told_apart, *others))
        return
    for size in range(len(told_apart) + 1):
        for chosen in combinations(told_apart, size):
            if chosen or others:
                yield chosen or tuple(others)
