"""Faults in a flow before it runs: names that lead nowhere, steps never reached, consent out of place.

Pure. A flaw says where it is by its path in the flow's file; whoever read that file knows the line.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.core.flow import (
    AGREEING,
    CHANNEL,
    CHANNELS,
    ENOUGH,
    KNOWN,
    NEUTRAL,
    NOTICED,
    PHOTOS,
    ROLE,
    All,
    Answered,
    Any,
    Condition,
    Flow,
    Is,
    Kind,
    Not,
    Step,
)
from bot.core.pictures import GIVEN
from bot.core.reach import can_hold, values_in, values_of
from bot.core.safety import Danger
from casebridge.report import PURPOSES, ConsentLevel, Involvement

Path = tuple[str | int, ...]

FIRST_FLOW = "report"
CHOOSING = (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO, *AGREEING, Kind.REVIEW, Kind.THEMES)
OFFERING = (*CHOOSING, Kind.PLACE, Kind.DATE)
ENDING = (Kind.REVIEW, Kind.CODE, Kind.END)
TAKEN_NAMES = frozenset({"language", "change", "new", *KNOWN})  # what the engine's own buttons answer to

_KNOWN_VALUES: Mapping[str, Collection[str]] = {
    NOTICED: tuple(Danger),
    PHOTOS: (GIVEN,),
    CHANNEL: (*CHANNELS, PHOTOS),
}

_ALLOWED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONSENT: tuple(ConsentLevel),
    Kind.PERMISSION: ("yes", "no"),
    Kind.REVIEW: ("send", "more", "change"),
    Kind.YES_NO: ("yes", "no", "unsure"),
    Kind.DATE: ("today", "yesterday", "unsure"),  # the days that are understood by their value
}
_NEEDED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONSENT: (ConsentLevel.NO,),
    Kind.PERMISSION: ("yes", "no"),
    Kind.REVIEW: ("send", "change"),
    Kind.YES_NO: ("yes", "no"),
    Kind.THEMES: (ENOUGH,),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong in a file of flows/."""

    path: Path
    says: str


def flow_flaws(flow: Flow, flows: Collection[str], agencies: Collection[str]) -> Iterator[Flaw]:
    """Yield everything wrong in one flow. `flows` and `agencies` are the names it may use."""
    seen: set[str] = set()
    for i, step in enumerate(flow.steps):
        at: Path = ("steps", i)
        if step.name in seen:
            yield Flaw((*at, "step" if step.asks else "say"), "this name is used twice")
        if step.name in TAKEN_NAMES:
            yield Flaw((*at, "step"), "this name is the engine's own, choose another")
        seen.add(step.name)
        yield from _choice_flaws(step, at, flows)
        yield from _voice_flaws(step, at)
        yield from _agency_flaws(step, at, agencies)
        yield from _values_flaws(step, at)
    yield from _when_flaws(flow)
    yield from _order_flaws(flow)


def unasked_agencies(flows: Collection[Flow], agencies: Collection[str]) -> tuple[str, ...]:
    """Return the agencies of an area that no consent step names: nothing could ever reach them."""
    asked = {step.agency for flow in flows for step in flow.steps if step.kind is Kind.CONSENT}
    return tuple(agency for agency in agencies if agency not in asked)


def unreached_flows(flows: Collection[Flow]) -> tuple[str, ...]:
    """Return the flows that no choice leads to."""
    led_to = {choice.flow for flow in flows for step in flow.steps for choice in step.choices}
    return tuple(flow.name for flow in flows if flow.name not in led_to | {FIRST_FLOW})


def condition_flaws(
    condition: Condition, path: Path, values: Mapping[str, tuple[str, ...]]
) -> Iterator[Flaw]:
    """Yield the names in a condition that are no step, or no value of it."""
    for at, name, value in _leaves(condition, path):
        if name in KNOWN and (name not in _KNOWN_VALUES or value in _KNOWN_VALUES[name]):
            continue
        if name not in values:
            yield Flaw(at, f"there is no step '{name}'{_meant(name, values)}")
        elif not values[name]:
            yield Flaw(at, f"step '{name}' never holds an answer")
        elif value is not None and value not in values[name]:
            yield Flaw(at, f"'{value}' is never the answer to '{name}'{_meant(value, values[name])}")


def _leaves(condition: Condition, path: Path) -> Iterator[tuple[Path, str, str | None]]:
    match condition:
        case Is(step, value):
            yield (*path, "is", step), step, value
        case Answered(step):
            yield (*path, "answered"), step, None
        case Not(of):
            yield from _leaves(of, (*path, "not"))
        case Any(several) | All(several):
            word = "any" if isinstance(condition, Any) else "all"
            for i, each in enumerate(several):
                yield from _leaves(each, (*path, word, i))


def _meant(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f", did you mean '{close[0]}'?" if close else ""


# --- one step ------------------------------------------------------------------------------


def _choice_flaws(step: Step, at: Path, flows: Collection[str]) -> Iterator[Flaw]:
    if step.kind in CHOOSING and not step.choices:
        yield Flaw((*at, "kind"), f"a {step.kind} step needs choices")
    if step.choices and step.kind not in OFFERING:
        yield Flaw((*at, "choices"), f"a {step.kind} step takes no choices")
    seen: set[str] = set()
    for j, choice in enumerate(step.choices):
        here = (*at, "choices", j)
        if choice.value in seen:
            yield Flaw((*here, "value"), f"value '{choice.value}' is there twice")
        seen.add(choice.value)
        if choice.flow is not None and choice.flow not in flows:
            yield Flaw((*here, "flow"), f"there is no flow '{choice.flow}'{_meant(choice.flow, flows)}")
        if (choice.flow or choice.later) and step.kind not in (Kind.CHOICE, Kind.YES_NO):
            yield Flaw((*here, "flow" if choice.flow else "later"), f"a {step.kind} step cannot lead away")


def _voice_flaws(step: Step, at: Path) -> Iterator[Flaw]:
    known = (*Involvement, NEUTRAL)
    for voice in step.voices:
        if voice not in known:
            yield Flaw((*at, "voices", voice), f"nobody has the voice '{voice}'{_meant(voice, known)}")
    if step.purpose is not None and step.purpose not in PURPOSES:
        says = f"'{step.purpose}' is no purpose, there is {', '.join(PURPOSES)}"
        yield Flaw((*at, "purpose"), says)


def _agency_flaws(step: Step, at: Path, agencies: Collection[str]) -> Iterator[Flaw]:
    if step.kind in AGREEING and step.skip:
        yield Flaw((*at, "skip"), "a consent is answered, SKIP means no already")
    if (step.purpose is not None) != (step.kind is Kind.PERMISSION):
        yield Flaw((*at, "purpose"), "a permission step, and no other, names its purpose")
    if step.kind is not Kind.CONSENT:
        if step.agency is not None:
            yield Flaw((*at, "agency"), "only a consent step names an agency")
        return
    if step.agency is None:
        yield Flaw(at, "a consent step needs the agency it is for")
    elif step.agency not in agencies:
        yield Flaw((*at, "agency"), f"the area has no agency '{step.agency}'{_meant(step.agency, agencies)}")


def _values_flaws(step: Step, at: Path) -> Iterator[Flaw]:
    """Yield values the engine would not know what to do with, and ones it cannot do without."""
    if not step.choices:
        return
    allowed, needed = _ALLOWED.get(step.kind), _NEEDED.get(step.kind, ())
    values = tuple(choice.value for choice in step.choices)
    for j, value in enumerate(values):
        if allowed is not None and value not in allowed:
            yield Flaw((*at, "choices", j, "value"), f"'{value}' is not one of {', '.join(allowed)}")
    for value in needed:
        if value not in values:
            yield Flaw((*at, "choices"), f"a {step.kind} step needs the choice '{value}'")
    if step.kind is Kind.CONSENT and set(values) <= {ConsentLevel.NO}:
        yield Flaw((*at, "choices"), "a consent step needs a choice that says yes")


# --- the flow as a whole ---------------------------------------------------------------------


def _when_flaws(flow: Flow) -> Iterator[Flaw]:
    """Yield conditions on unknown or later steps, then steps whose condition can never hold."""
    values = values_in((flow,))
    whens: dict[str, Condition | None] = {}
    for i, step in enumerate(flow.steps):
        path: Path = ("steps", i, "when")
        whens[step.name] = step.when
        for j, choice in enumerate(step.choices):
            if choice.when is not None:
                yield from condition_flaws(choice.when, ("steps", i, "choices", j, "when"), values)
        if step.when is None:
            continue
        flaws = [*condition_flaws(step.when, path, values), *_later_flaws(step.when, path, flow, i)]
        if not flaws and not can_hold(step.when, flow, whens):
            flaws = [Flaw(path, "is never reached: no answers make this hold")]
        if flaws:
            whens[step.name] = None  # said once, not again for every step behind it
        yield from flaws


def _later_flaws(when: Condition, path: Path, flow: Flow, i: int) -> Iterator[Flaw]:
    later = {step.name for step in flow.steps[i:]} - {step.name for step in flow.steps[:i]}
    for at, name, _ in _leaves(when, path):
        if name in later:
            yield Flaw(at, f"step '{name}' is not yet answered then")


def _order_flaws(flow: Flow) -> Iterator[Flaw]:
    """Yield what stands in the wrong order: facts, then consents, then the read-back, last of all."""
    kinds = [step.kind for step in flow.steps]
    first_consent = kinds.index(Kind.CONSENT) if Kind.CONSENT in kinds else len(kinds)
    for i, step in enumerate(flow.steps):
        if i > first_consent and step.kind not in (*AGREEING, Kind.REVIEW, Kind.CODE, Kind.SAY):
            yield Flaw(("steps", i), "asks for something after the first consent, which could not cover it")
        if step.kind is Kind.END and step.when is None and i < len(flow.steps) - 1:
            yield Flaw(
                ("steps", i), "ends every talk: the steps after it are never reached, give it a 'when'"
            )
        if step.kind is Kind.REVIEW and i < len(flow.steps) - 1:
            yield Flaw(("steps", i), f"a {step.kind} step must be the last")
    last, at = flow.steps[-1], ("steps", len(flow.steps) - 1)
    if last.kind not in ENDING:
        yield Flaw(at, "a flow ends with a review, a code or an end step")
    elif last.when is not None:
        yield Flaw((*at, "when"), "the last step must always be asked")
    yield from _themes_flaws(flow, last)
    if flow.name != FIRST_FLOW and flow.step(ROLE) is None:
        return
    if Kind.REVIEW in kinds:
        yield from _report_flaws(flow, kinds)
    else:
        yield Flaw(at, "a flow that makes a report ends with a review step")


def _themes_flaws(flow: Flow, last: Step) -> Iterator[Flaw]:
    """Yield a way to add that nothing leads to, one that leads nowhere, and a second one."""
    themes = [i for i, step in enumerate(flow.steps) if step.kind is Kind.THEMES]
    offered = last.kind is Kind.REVIEW and last.choice("more") is not None
    for i in themes[1:]:
        yield Flaw(("steps", i), "a flow has one themes step at most")
    if themes and not offered:
        yield Flaw(("steps", themes[0]), "nothing leads here: the review offers no choice 'more'")
    if offered and not themes:
        yield Flaw(("steps", len(flow.steps) - 1), "offers 'more', but the flow has no themes step")


def _report_flaws(flow: Flow, kinds: list[Kind]) -> Iterator[Flaw]:
    """Yield what a report could not be made without, and agencies asked about twice."""
    if Kind.CONSENT not in kinds:
        yield Flaw(("steps", len(kinds) - 1), "no consent is asked, so nothing could be sent")
    role = flow.step(ROLE)
    if role is None or role.when is not None or role.skip or not set(values_of(role)) <= set(Involvement):
        where: Path = ("steps", flow.steps.index(role)) if role else ("steps",)
        known = ", ".join(Involvement)
        yield Flaw(where, f"a report needs a step 'role', always asked, with only the values {known}")
    asked: dict[str, Step] = {}
    for i, step in enumerate(flow.steps):
        if step.kind is not Kind.CONSENT or step.agency is None:
            continue
        before = asked.setdefault(step.agency, step)
        if before is not step and _both(before, step, flow):
            yield Flaw(("steps", i, "agency"), f"'{step.agency}' is asked about in '{before.name}' too")


def _both(one: Step, other: Step, flow: Flow) -> bool:
    whens = tuple(step.when for step in (one, other) if step.when is not None)
    return not whens or can_hold(All(whens), flow, {step.name: step.when for step in flow.steps})
