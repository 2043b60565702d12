"""The end of a report: sent with consent, or thrown away; help there is, either way."""

from bot.core.asking import Walk, still_to_tell
from bot.core.changing import offer_changes
from bot.core.conversation import Answer, Reply, Stage
from bot.core.effects import Erase, Submit
from bot.core.flow import ENOUGH, ROLE, others_may_read
from bot.core.phrases import Phrase
from bot.core.reporting import agreed, to_report
from bot.core.returning import another, decided, kept_after_sending
from bot.core.signposting import Service, signpost
from bot.core.turn import Outcome, Turn, afresh, asked, start
from casebridge.report import AnswerState, Involvement, Report

ORIGINALS_STEP = "originals"  # whether pictures go along as they were sent too
CONTACT_STEP = "contact_details"
SHOW_HELP_STEP = "show_help"  # asked where somebody else may read along


def reviewed(turn: Turn, way: Walk, value: str) -> Outcome:
    """Carry out what a person decided over their read-back."""
    conversation, known = turn.conversation, turn.knowledge
    texts, code = known.texts, turn.inbound.code
    if turn.flow.step(ROLE) is None:
        return decided(turn, way, value)
    if value == "more":
        return _tell_more(turn, way)
    if value == "change":
        return offer_changes(turn, way)
    if conversation.practice:
        return _practised(turn, way)
    services = _services(turn, way)
    if not agreed(way.path, conversation.answers):
        ended = start(known, conversation.channel)
        return Outcome(ended, (Reply(texts.not_sent), *_help_there_is(turn, services)), (Erase(),))
    report = to_report(turn.flow, way.path, conversation, turn.inbound, known.directory.area, known.triage)
    report = report.model_copy(update={"signposted": tuple(service.id for service in services)})
    originals = way.answers.get(ORIGINALS_STEP)
    submit = Submit(report, code, conversation.photos, originals is not None and originals.has("yes"))
    help_there_is = _help_there_is(turn, services)
    if others_may_read(way.answers):
        return _sent_where_others_read(turn, submit, help_there_is)
    return _sent(turn, way, submit, help_there_is)


def _sent(turn: Turn, way: Walk, submit: Submit, help_there_is: tuple[Reply, ...]) -> Outcome:
    """Say what happens next; the same phone may ask for it without its code."""
    texts, report, contact = turn.knowledge.texts, submit.report, way.answers.get(CONTACT_STEP)
    sent = afresh(turn.knowledge, turn.conversation)._replace(
        stage=Stage.SENT, reference=report.reference, answers=kept_after_sending(turn, report.consents)
    )
    replies = (
        Reply(texts.sent, {"reference": report.reference}),
        _code(texts.sent_code, turn, submit),
        Reply(texts.sent_next),
        *([Reply(texts.sent_case_group, line=True)] if _has(report, turn.knowledge.coordinator) else []),
        *([Reply(texts.sent_contact, line=True)] if contact is not None and contact.codes else []),
        *help_there_is,
        another(texts),
    )
    return Outcome(sent, replies, (submit,))


def _has(report: Report, agency: str) -> bool:
    return any(given.agency == agency and given.allows() for given in report.consents)


def _sent_where_others_read(turn: Turn, submit: Submit, help_there_is: tuple[Reply, ...]) -> Outcome:
    """Say as little as there is to say; without its code nobody is told of the report on this phone."""
    texts = turn.knowledge.texts
    replies = (
        Reply(texts.sent_neutral, {"reference": submit.report.reference}),
        _code(texts.sent_code_neutral, turn, submit),
        *help_there_is,
    )
    over = afresh(turn.knowledge, turn.conversation)._replace(stage=Stage.OVER)
    return Outcome(over, replies, (submit,))


def _code(phrase: Phrase, turn: Turn, submit: Submit) -> Reply:
    """Tell the return code, a worker that it is their client's."""
    for_client = submit.report.involvement is Involvement.SUPPORTER
    return Reply(turn.knowledge.texts.sent_code_client if for_client else phrase, {"code": submit.code})


def _tell_more(turn: Turn, way: Walk) -> Outcome:
    """Ask what is to be added; where every theme was told of, what is to be corrected."""
    conversation, themes = turn.conversation, turn.flow.themes
    told = conversation.answers.get(themes.name) if themes else None
    chosen = tuple(code for code in (told.codes if told else ()) if code != ENOUGH)
    if themes is None or still_to_tell(themes, chosen) is None:
        return offer_changes(turn, way)
    opened = Answer(AnswerState.ANSWERED, chosen, "", turn.reading.language, turn.now())
    answers = {**conversation.answers, themes.name: opened}
    return asked(turn.knowledge, conversation._replace(answers=answers, misses=0))


def _practised(turn: Turn, way: Walk) -> Outcome:
    """End a practice report: say who would have had it, and forget it."""
    texts = turn.knowledge.texts
    names = tuple(step.title or step.ask for step in agreed(way.path, turn.conversation.answers))
    said = Reply(texts.practice_over, {"names": names}) if names else Reply(texts.practice_nobody)
    return Outcome(start(turn.knowledge, turn.conversation.channel), (said,), (Erase(),))


def _services(turn: Turn, way: Walk) -> tuple[Service, ...]:
    """Return the help that fits, none where it is not safe to show it."""
    may_show = way.answers.get(SHOW_HELP_STEP)
    if may_show is not None and not may_show.has("yes"):
        return ()
    return signpost(turn.knowledge.directory, way.answers, turn.inbound.at)


def _help_there_is(turn: Turn, services: tuple[Service, ...]) -> tuple[Reply, ...]:
    texts = turn.knowledge.texts
    if not services:
        return (Reply(texts.services_unshown),)
    today = turn.knowledge.directory.local(turn.inbound.at).date()
    lines = (
        Reply(
            texts.service_line if service.is_sure(today) else texts.service_line_unsure,
            {"name": service.name, "what": service.what, "contact": service.contact},
            line=True,
        )
        for service in services
    )
    return (Reply(texts.services), *lines)
