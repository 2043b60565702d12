"""Faults in an area's rules of triage: what no answer brings about, or what the lack of one does. Pure."""

from collections.abc import Collection, Iterator

from bot.core.checks import Flaw, Path, condition_flaws
from bot.core.flow import NOTICED, All, Any, Condition, Flow, Not
from bot.core.reach import can_hold, values_in
from bot.core.triage import RedFlag, Rules, Weight, most_points


def triage_flaws(rules: Rules, flows: Collection[Flow]) -> Iterator[Flaw]:
    """Yield everything wrong in the rules, each with its path in the area's file."""
    yield from _band_flaws(rules)
    seen: set[str] = set()
    for at, each in _entries(rules):
        if each.id in seen:
            yield Flaw((*at, "id"), f"triage '{each.id}': this id is there twice")
        seen.add(each.id)
        for flaw in _when_flaws(each.when, (*at, "when"), flows):
            yield Flaw(flaw.path, f"triage '{each.id}': {flaw.says}")


def _entries(rules: Rules) -> Iterator[tuple[Path, RedFlag | Weight]]:
    yield from ((("triage", "red_flags", i), flag) for i, flag in enumerate(rules.red_flags))
    yield from ((("triage", "points", i), weight) for i, weight in enumerate(rules.weights))


def _band_flaws(rules: Rules) -> Iterator[Flaw]:
    at: Path = ("triage", "bands", "high")
    if rules.high <= rules.medium:
        yield Flaw(at, f"triage: high begins at {rules.high}, so it must be above medium at {rules.medium}")
    if rules.high > (most := most_points(rules)):
        yield Flaw(at, f"triage: high begins at {rules.high}, but all points together are {most}")


def _when_flaws(when: Condition, path: Path, flows: Collection[Flow]) -> Iterator[Flaw]:
    flaws = [*condition_flaws(when, path, values_in(flows))]
    if NOTICED in _denied(when):
        flaws.append(Flaw(path, f"'{NOTICED}' may only raise, so it cannot stand in a 'not'"))
    elif not flaws and when.holds({}):
        flaws.append(Flaw(path, "holds without an answer, but what was not asked adds nothing"))
    elif not flaws and not any(_can_hold(when, flow) for flow in flows):
        flaws.append(Flaw(path, "no answers make this hold"))
    yield from flaws


def _can_hold(when: Condition, flow: Flow) -> bool:
    if any(name == NOTICED for name, _ in when.names()):
        return True  # what somebody writes is in no flow
    return can_hold(when, flow, {step.name: step.when for step in flow.steps})


def _denied(condition: Condition) -> Iterator[str]:
    """Yield the steps that a condition wants to have no such answer."""
    match condition:
        case Not(of):
            yield from (name for name, _ in of.names())
        case Any(several) | All(several):
            for each in several:
                yield from _denied(each)
