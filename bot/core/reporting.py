"""A finished conversation becomes a report: only answers on the path, consents with their words."""

from collections.abc import Mapping

from bot.core.conversation import Answer, Conversation, Inbound
from bot.core.flow import NOTICED, ROLE, Flow, Kind, Step
from bot.core.triage import Rules, triage
from casebridge.report import Answer as ReportedAnswer
from casebridge.report import (
    AnswerState,
    ConsentLevel,
    Holds,
    Involvement,
    Permission,
    Report,
    wording_hash,
)

_HOLDS: Mapping[Kind, Holds] = {
    Kind.CHOICE: Holds.CODE,
    Kind.CHOICES: Holds.CODE,
    Kind.YES_NO: Holds.CODE,
    Kind.STORY: Holds.WORDS,
    Kind.TEXT: Holds.WORDS,
    Kind.DATE: Holds.DAY,
    Kind.PLACE: Holds.PLACE,
    Kind.CONTACT: Holds.CONTACT,
}


def to_report(
    flow: Flow,
    path: tuple[Step, ...],
    conversation: Conversation,
    inbound: Inbound,
    area: str,
    rules: Rules,
) -> Report:
    """Return the report of a conversation whose last question has just been answered."""
    answers = {step.name: a for step in path if (a := conversation.answers.get(step.name))}
    noticed = conversation.answers.get(NOTICED)
    triaged = triage(rules, {**answers, NOTICED: noticed} if noticed else answers)
    involvement = Involvement(answers["role"].codes[0])
    return Report.model_validate(  # the whole at once: half the cost of making each part
        {
            "reference": inbound.reference,
            "area": area,
            "form": flow.name,
            "form_version": conversation.version,
            "language": conversation.language or "",
            "channel": conversation.channel,
            "involvement": involvement,
            "urgency": triaged.band,
            "reasons": triaged.reasons,
            "submitted_on": inbound.at.date(),
            "submitted_at": inbound.at,
            "answers": [
                _reported(step, answers.get(step.name)) for step in flow.steps if step.kind in _HOLDS
            ],
            "permissions": _permissions(path, answers, involvement),
            "consents": [
                consent(step.agency, answers[step.name], involvement)
                for step in path
                if step.kind is Kind.CONSENT and step.agency and step.name in answers
            ],
        }
    )


def to_addition(
    flow: Flow, path: tuple[Step, ...], conversation: Conversation, inbound: Inbound, area: str, rules: Rules
) -> Report:
    """Return what a reporter adds to a report sent before: the new answers and nothing else."""
    noticed = conversation.answers.get(NOTICED)
    role = conversation.answers.get(ROLE)
    involvement = Involvement(role.codes[0]) if role else Involvement.VICTIM
    permissions = _permissions(path, conversation.answers, involvement)
    return Report(
        reference=conversation.reference or "",
        addition=inbound.addition,
        area=area,
        form=flow.name,
        form_version=conversation.version,
        language=conversation.language or "",
        channel=conversation.channel,
        involvement=involvement,
        urgency=triage(rules, {NOTICED: noticed} if noticed else {}).band,
        submitted_on=inbound.at.date(),
        submitted_at=inbound.at,
        answers=tuple(
            ReportedAnswer.model_validate(_reported(step, conversation.answers.get(step.name)))
            for step in path
            if step.kind in _HOLDS and not any(choice.when for choice in step.choices)
        ),
        consents=(),
        permissions=tuple(map(Permission.model_validate, permissions)),
    )


def agreed(path: tuple[Step, ...], answers: Mapping[str, Answer]) -> tuple[Step, ...]:
    """Return the consent steps on the path that were not answered with no."""
    return tuple(
        step
        for step in path
        if step.kind is Kind.CONSENT
        and (answer := answers.get(step.name))
        and answer.value != ConsentLevel.NO
    )


def _holds(step: Step) -> Holds:
    holds = _HOLDS[step.kind]
    return Holds.PERSON if step.about_person and holds is Holds.CODE else holds


def _reported(step: Step, answer: Answer | None) -> dict[str, object]:
    if answer is None:
        return {"name": step.name, "holds": _holds(step), "state": AnswerState.NOT_ASKED}
    return {
        "name": step.name,
        "holds": _holds(step),
        "state": answer.state,
        "value": answer.value,
        "said": answer.said,
        "language": answer.language,
        "at": answer.at,
    }


def consent(agency: str, answer: Answer, given_by: Involvement) -> dict[str, object]:
    """Return what was agreed for one agency, with the very words that were shown."""
    return {"agency": agency, "level": answer.value} | _words_shown(answer, given_by)


def _permissions(
    path: tuple[Step, ...], answers: Mapping[str, Answer], given_by: Involvement
) -> list[dict[str, object]]:
    return [
        _permission(step.purpose, answers[step.name], given_by)
        for step in path
        if step.purpose and step.name in answers
    ]


def _permission(purpose: str, answer: Answer, given_by: Involvement) -> dict[str, object]:
    return {"purpose": purpose, "given": answer.value == "yes"} | _words_shown(answer, given_by)


def _words_shown(answer: Answer, given_by: Involvement) -> dict[str, object]:
    return {
        "wording": answer.wording,
        "wording_hash": wording_hash(answer.wording),
        "language": answer.language,
        "given_by": given_by,
        "at": answer.at,
    }
