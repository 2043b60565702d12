"""The end of a report: sent with consent, or thrown away; help there is, either way."""

from bot.core.asking import Walk, still_to_tell
from bot.core.changing import offer_changes
from bot.core.conversation import Answer, Entry, Option, Reply, Stage
from bot.core.effects import Erase, LookUp, Submit
from bot.core.flow import ENOUGH
from bot.core.phrases import Phrase
from bot.core.reading import Doubt
from bot.core.reporting import agreed, to_report
from bot.core.signposting import signpost
from bot.core.texts import Texts
from bot.core.turn import Outcome, Turn, afresh, asked, begin, start
from casebridge.report import AnswerState

NEW_STEP = "new"
SHORTEST_CODE = 16  # digits; a phone number is shorter


def reviewed(turn: Turn, way: Walk, value: str) -> Outcome:
    """Carry out what a person decided over their read-back."""
    conversation, known = turn.conversation, turn.knowledge
    texts, reference, code = known.texts, turn.inbound.reference, turn.inbound.code
    if value == "more":
        return _tell_more(turn, way)
    if value == "change":
        return offer_changes(turn, way)
    if not agreed(way.path, conversation.answers):
        ended = start(known, conversation.channel)
        return Outcome(ended, (Reply(texts.not_sent), *_help_there_is(turn, way)), (Erase(),))
    report = to_report(turn.flow, way.path, conversation, turn.inbound, known.directory.area, known.triage)
    sent = afresh(known, conversation)._replace(stage=Stage.SENT, reference=reference)
    replies = (
        Reply(texts.sent, {"reference": reference}),
        Reply(texts.sent_code, {"code": code}),
        Reply(texts.sent_next),
        *_help_there_is(turn, way),
        _another(texts),
    )
    return Outcome(sent, replies, (Submit(report, code),))


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


def after_sending(turn: Turn) -> Outcome:
    """Answer someone whose report is on its way: how far it has come, or a new report."""
    pressed = turn.inbound.pressed
    if pressed is not None and pressed.step == NEW_STEP:
        return begin(turn.knowledge, afresh(turn.knowledge, turn.conversation))
    code = code_in(turn)
    asked_for = LookUp(code=code) if code else LookUp(reference=turn.conversation.reference or "")
    return Outcome(turn.conversation, effects=(asked_for,))


def code_in(turn: Turn) -> str:
    """Return the return code that a message is, "" if it is none."""
    if sum(map(str.isdecimal, turn.said)) < SHORTEST_CODE:
        return ""
    code = turn.knowledge.readers.code(turn.inbound.text)
    return "" if isinstance(code, Doubt) else code


def status_told(turn: Turn, status: str | None) -> Outcome:
    """Say how far a report has come, or that none answers to that code."""
    conversation, known = turn.conversation, turn.knowledge
    texts = known.texts
    words: dict[str | None, Phrase] = {
        "received": texts.status_received,
        "acknowledged": texts.status_acknowledged,
    }
    found = Reply(words.get(status, texts.status_unknown))
    if status in ("received", "acknowledged"):
        if conversation.stage is not Stage.SENT:
            conversation = afresh(known, conversation)._replace(stage=Stage.OVER)
        return Outcome(conversation, (found, _another(texts)))
    return asked(known, conversation._replace(misses=conversation.misses + 1), found)


def _another(texts: Texts) -> Reply:
    option = Option("new", texts.new_label)
    return Reply(texts.new_report, options=(option,), step=NEW_STEP, numbered=False, entry=Entry.NONE)


def _help_there_is(turn: Turn, way: Walk) -> tuple[Reply, ...]:
    texts, directory, at = turn.knowledge.texts, turn.knowledge.directory, turn.inbound.at
    today = directory.local(at).date()
    services = signpost(directory, way.answers, at)
    lines = (
        Reply(
            texts.service_line if service.is_sure(today) else texts.service_line_unsure,
            {"name": service.name, "what": service.what, "contact": service.contact},
            line=True,
        )
        for service in services
    )
    return (Reply(texts.services), *lines)
