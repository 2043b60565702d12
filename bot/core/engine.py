"""One message in, the next conversation out. Pure: time and chance come in with the message."""

from bot.core.answering import answer
from bot.core.asking import Knowledge
from bot.core.commands import Called, Command, called
from bot.core.conversation import Answer, Conversation, Inbound, Reply, Stage
from bot.core.effects import Erase, Found
from bot.core.flow import KNOWN, NOTICED
from bot.core.language import LANGUAGE_STEP, choose, chosen, keep_telling
from bot.core.obeying import obey, resume
from bot.core.phrases import ENGLISH
from bot.core.pictures import keep_photos
from bot.core.returning import (
    NEW_STEP,
    NEXT_STEP,
    RETURN_FLOW,
    after_sending,
    code_in,
    found_told,
    given_told,
    looked_up,
)
from bot.core.safety import Danger, card, danger_in
from bot.core.turn import Outcome, Turn, afresh, begin
from casebridge.report import AnswerState, Consent

__all__ = ["Outcome", "advance", "tell_found", "tell_given"]


def advance(knowledge: Knowledge, conversation: Conversation, inbound: Inbound) -> Outcome:
    """Take one message; in practice nothing is ever asked of the outside but to forget."""
    turn = Turn.of(knowledge, conversation, inbound)
    outcome = _with_pictures(turn) if inbound.attachment else _advance_safely(turn)
    return outcome if not conversation.practice else _practised(knowledge, conversation, outcome)


def _practised(knowledge: Knowledge, before: Conversation, outcome: Outcome) -> Outcome:
    if not all(isinstance(effect, Erase) for effect in outcome.effects):
        return Outcome(before, (Reply(knowledge.texts.practice_no_code),))
    if not outcome.conversation.practice:
        return outcome
    return outcome._replace(replies=(Reply(knowledge.texts.practice_mark), *outcome.replies))


def _with_pictures(turn: Turn) -> Outcome:
    """Take the pictures of a message first, then what it says."""
    conversation = turn.conversation
    kept, told = keep_photos(turn)
    if told and not turn.said and conversation.stage in (Stage.SENT, Stage.OVER):
        return Outcome(conversation, told)
    outcome = _advance_safely(turn.with_(kept))
    return outcome._replace(replies=(*told, *outcome.replies)) if told else outcome


def _advance_safely(turn: Turn) -> Outcome:
    """Show a card also to whoever has no question open: after sending, after stopping."""
    conversation, texts = turn.conversation, turn.knowledge.texts
    if conversation.stage not in (Stage.SENT, Stage.OVER, Stage.STOPPED) or not turn.said:
        return _advance(turn)
    danger = danger_in(turn.said, texts, turn.knowledge.phrasebook)
    if danger is Danger.NOW:
        return Outcome(conversation, (Reply(texts.danger_card),))
    outcome = _advance(turn)
    return outcome._replace(replies=(Reply(card(danger, texts)), *outcome.replies)) if danger else outcome


def _advance(turn: Turn) -> Outcome:
    """Take what a message says: a command first, then danger, then the answer to the open question."""
    knowledge, conversation = turn.knowledge, turn.conversation
    call = _called(turn)
    if conversation.stage is Stage.STOPPED and (call is None or call.command is not Command.STOP):
        return resume(turn, conversation)
    if conversation.language is None and (call is None or call.command is not Command.PRACTICE):
        return choose(turn, call)
    if call is not None and (outcome := obey(turn, call)) is not None:
        return outcome
    if conversation.stage is Stage.SENT:
        return after_sending(turn)
    if conversation.stage is Stage.OVER:
        return begin(knowledge, afresh(knowledge, conversation))
    return _message(turn)


def tell_found(
    knowledge: Knowledge, conversation: Conversation, inbound: Inbound, found: Found | None
) -> Outcome:
    """Answer a LookUp: how a report stands; None where none answers to it."""
    return found_told(Turn.of(knowledge, conversation, inbound), found)


def tell_given(
    knowledge: Knowledge, conversation: Conversation, inbound: Inbound, consent: Consent, *, given: bool
) -> Outcome:
    """Answer a Give: whether one more agency has the report now."""
    return given_told(Turn.of(knowledge, conversation, inbound), consent, given=given)


def _called(turn: Turn) -> Called | None:
    """Return the command that this message is, typed, pressed or chosen beside it."""
    pressed, language = turn.inbound.pressed, turn.inbound.language
    if pressed is not None and pressed.step == LANGUAGE_STEP:
        return Called(Command.LANGUAGE, pressed.values[0])
    if pressed is not None and pressed.step == NEW_STEP:
        return Called(Command.NEW)
    wanted = chosen(turn) or (language if language != turn.conversation.language else None)
    found = called(turn.said, turn.knowledge.texts, turn.knowledge.phrasebook) if turn.said else None
    if found is None and wanted:
        return Called(Command.LANGUAGE, wanted)
    if turn.said == "yes" and turn.conversation.stage is not Stage.STOPPED:
        return None  # opts in at Twilio, but is an answer here
    return found


def _message(turn: Turn) -> Outcome:
    """Look for danger, then read the message as an answer."""
    texts, conversation = turn.knowledge.texts, turn.conversation
    danger = danger_in(turn.said, texts, turn.knowledge.phrasebook) if turn.said else None
    if danger is None:
        return _welcome_or_answer(turn)
    known_before = noticed_in(conversation)
    conversation = notice(conversation, danger, turn.now())
    if danger is Danger.NOW:
        paused = conversation._replace(stage=Stage.PAUSED)
        return Outcome(paused, (Reply(texts.danger_card), Reply(texts.danger_go_on)))
    outcome = _welcome_or_answer(turn.with_(conversation))
    if danger in known_before:  # its card was shown
        return outcome
    return outcome._replace(replies=(Reply(card(danger, texts)), *outcome.replies))


def _welcome_or_answer(turn: Turn) -> Outcome:
    conversation = turn.conversation
    if conversation.stage is Stage.PAUSED and turn.inbound.pressed is None:
        telling = keep_telling(turn) if "story" not in conversation.answers else conversation
        return resume(turn, telling)
    if conversation.stage is Stage.PAUSED:
        turn = turn.with_(conversation._replace(stage=Stage.OPEN))
    if _may_bring_a_code(conversation) and (code := code_in(turn)):
        return Outcome(conversation, effects=(looked_up(turn, code),))
    return answer(turn)


def _may_bring_a_code(conversation: Conversation) -> bool:
    """Say whether a return code can come unasked: before any answer, or where a report is chosen over."""
    before_any = conversation.answers.keys() <= KNOWN
    return before_any or (conversation.flow == RETURN_FLOW and NEXT_STEP not in conversation.answers)


def noticed_in(conversation: Conversation) -> tuple[str, ...]:
    """Return which kinds of danger were found in what a person wrote so far."""
    noticed = conversation.answers.get(NOTICED)
    return noticed.codes if noticed else ()


def notice(conversation: Conversation, danger: Danger, at: str) -> Conversation:
    """Remember a kind of danger, so that conditions can look at it."""
    kinds = tuple(dict.fromkeys((*noticed_in(conversation), str(danger))))
    noticed = Answer(AnswerState.ANSWERED, kinds, "", conversation.language or ENGLISH, at)
    return conversation._replace(answers={**conversation.answers, NOTICED: noticed})
