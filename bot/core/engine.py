"""One message in, the next conversation out. Pure: time and chance come in with the message."""

from bot.core.answering import answer
from bot.core.asking import Knowledge
from bot.core.commands import Called, Command, called
from bot.core.conversation import Answer, Attached, Conversation, Inbound, Reply, Stage
from bot.core.editing import as_new, edit, is_superseded, keep_written, remember
from bot.core.effects import Draft, Erase, Found
from bot.core.flow import KNOWN, NOTICED, ROLE
from bot.core.language import LANGUAGE_STEP, choose, chosen, keep_telling
from bot.core.late import take_late, told_more, unheard
from bot.core.obeying import obey, resume
from bot.core.phrases import ENGLISH
from bot.core.pictures import keep_photos, tell_given_up, without_photos
from bot.core.returning import (
    NEW_STEP,
    NEXT_STEP,
    RETURN_FLOW,
    SHORTEST_CODE,
    after_sending,
    code_in,
    found_told,
    given_told,
    looked_up,
)
from bot.core.safety import Danger, card, danger_in
from bot.core.turn import Outcome, Turn, afresh, asked, begin
from bot.core.unfinished import has_begun, opened, take_up
from casebridge.report import AnswerState, Consent

__all__ = ["Outcome", "advance", "tell_found", "tell_given"]

MOST_WORDS_AROUND = 3  # "my code is …"
BEFORE_LANGUAGE = (Command.PRACTICE, Command.DELETE, Command.WIPE)  # also while no language is chosen


def advance(knowledge: Knowledge, conversation: Conversation, inbound: Inbound) -> Outcome:
    """Take one message; in practice nothing is ever asked of the outside but to forget."""
    if (inbound.number or inbound.edits) and is_superseded(conversation, inbound):
        return Outcome(conversation)
    inbound = as_new(knowledge, conversation, inbound)
    turn = Turn.of(knowledge, conversation, inbound)
    if inbound.given_up:
        turn = turn.with_(without_photos(conversation, inbound.given_up))
    outcome = _with_pictures(turn) if inbound.attachment else _advance_safely(turn)
    if inbound.given_up:
        outcome = tell_given_up(turn, conversation.photos, outcome)
    if conversation.practice:
        outcome = _practised(knowledge, conversation, outcome)
    if inbound.number or conversation.written:
        noted = remember(knowledge, conversation, inbound, outcome.conversation)
        outcome = outcome._replace(conversation=noted)
    return outcome._replace(conversation=unheard(outcome.conversation)) if inbound.late else outcome


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
    """Take what a message says, and note when it opts in to messages again."""
    call = _called(turn)
    if turn.inbound.edits:
        return _edited(turn, edit(turn, is_command=call is not None))
    outcome = _taken(turn, call)
    starts = call is not None and call.command is Command.START and not turn.inbound.overtaken
    return outcome._replace(opts_in=True) if starts else outcome


def _taken(turn: Turn, call: Called | None) -> Outcome:
    """Take a command first, then danger, then the answer to the open question."""
    knowledge, conversation = turn.knowledge, turn.conversation
    late = turn.inbound.overtaken or turn.inbound.late
    if late and (outcome := take_late(turn, call)) is not None:
        return outcome
    if conversation.stage is Stage.STOPPED and (call is None or call.command is not Command.STOP):
        return resume(turn, _telling(turn))
    if conversation.language is None and (call is None or call.command not in BEFORE_LANGUAGE):
        if call is None and (code := _brought(turn)):
            return Outcome(conversation, effects=(looked_up(turn, code),))
        return choose(turn, call)
    if call is not None and (outcome := obey(turn, call)) is not None:
        return outcome
    if conversation.stage is Stage.SENT:
        return after_sending(turn)
    if conversation.stage is Stage.OVER:
        turn = turn.with_(afresh(knowledge, conversation))
        if code := _brought(turn):
            return Outcome(turn.conversation, effects=(looked_up(turn, code),))
        return begin(knowledge, turn.conversation)
    return _message(turn)


def _edited(turn: Turn, outcome: Outcome) -> Outcome:
    """Show a card for the danger in edited words; they are kept either way."""
    texts, edited = turn.knowledge.texts, outcome.conversation
    danger = danger_in(turn.said, texts, turn.knowledge.phrasebook)
    if danger is None or not outcome.replies or edited.stage is not Stage.OPEN:
        return outcome
    edited = notice(edited, danger, turn.now())
    if danger is Danger.NOW:
        return _in_danger(turn.with_(edited))
    return Outcome(edited, (Reply(card(danger, texts)), *outcome.replies))


def tell_found(
    knowledge: Knowledge, conversation: Conversation, inbound: Inbound, found: Draft | Found | None
) -> Outcome:
    """Answer a LookUp: how a report stands, or a draft to go on with; None where nothing answers to it."""
    told = _found(Turn.of(knowledge, conversation, inbound), found)
    return told._replace(conversation=keep_written(conversation, told.conversation))


def _found(turn: Turn, found: Draft | Found | None) -> Outcome:
    knowledge, conversation = turn.knowledge, turn.conversation
    if isinstance(found, Draft):
        return take_up(turn, found)
    if has_begun(turn):
        begun = Reply(knowledge.texts.report_begun)
        return asked(knowledge, opened(conversation), begun) if found else _go_on(turn)
    if conversation.language is None:  # told in the language of the report, for the code stays nowhere
        spoken = {language.code for language in knowledge.phrasebook.languages}
        if found is None or found.language not in spoken:
            return choose(turn, None)
        conversation = conversation._replace(language=found.language)
        turn = Turn.of(knowledge, conversation, turn.inbound)
    return found_told(turn.with_(opened(conversation)), found)


def tell_given(
    knowledge: Knowledge, conversation: Conversation, inbound: Inbound, consent: Consent, *, given: bool
) -> Outcome:
    """Answer a Give: whether one more agency has the report now."""
    return given_told(Turn.of(knowledge, conversation, inbound), consent, given=given)


def _called(turn: Turn) -> Called | None:
    """Return the command that this message is, typed, pressed or chosen beside it."""
    if turn.inbound.attached is Attached.FORWARDED:  # somebody else's words ask nothing of us
        return None
    pressed, language = turn.inbound.pressed, turn.inbound.language
    if pressed is not None and pressed.step == LANGUAGE_STEP:
        return Called(Command.LANGUAGE, pressed.values[0])
    if pressed is not None and pressed.step == NEW_STEP:
        return Called(Command.NEW)
    wanted = chosen(turn) or (language if language != turn.conversation.language else None)
    found = called(turn.said, turn.knowledge.texts, turn.knowledge.phrasebook) if turn.said else None
    if found is None and (wanted or (language and not turn.said and pressed is None)):
        return Called(Command.LANGUAGE, wanted or language or "")
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
        return _in_danger(turn.with_(conversation))
    outcome = _welcome_or_answer(turn.with_(conversation))
    if danger in known_before:  # its card was shown
        return outcome
    return outcome._replace(replies=(Reply(card(danger, texts)), *outcome.replies))


def _in_danger(turn: Turn) -> Outcome:
    texts, paused = turn.knowledge.texts, turn.conversation._replace(stage=Stage.PAUSED)
    return Outcome(paused, (Reply(texts.danger_card), Reply(texts.danger_go_on)))


def _welcome_or_answer(turn: Turn) -> Outcome:
    if code := _brought(turn):
        return Outcome(turn.conversation, effects=(looked_up(turn, code),))
    return _go_on(turn)


def _go_on(turn: Turn) -> Outcome:
    """Take up what was put off, or take the answer to the open question."""
    conversation = turn.conversation
    if conversation.stage is Stage.PAUSED and turn.inbound.pressed is None:
        telling = keep_telling(turn) if "story" not in conversation.answers else conversation
        return resume(turn, telling)
    return answer(turn.with_(opened(conversation)))


def _telling(turn: Turn) -> Conversation:
    """Put what somebody tells after STOP with the story: it is no answer, and must not be lost."""
    conversation = turn.conversation
    telling = keep_telling(turn)
    if telling is conversation or turn.flow.step(ROLE) is None:
        return telling
    return told_more(turn.flow, conversation, turn.inbound.text.strip())


def _brought(turn: Turn) -> str:
    """Return the code somebody brings unasked, "" if there is none.

    Before any answer it may stand among words, and where a report is chosen over; later on it comes
    alone, or it belongs to what is told. Nothing is taken up while nobody hears of it.
    """
    if len(turn.said) < SHORTEST_CODE:  # as most answers are
        return ""
    conversation, words = turn.conversation, turn.said.split()
    may = conversation.answers.keys() <= KNOWN or (
        conversation.flow == RETURN_FLOW and NEXT_STEP not in conversation.answers
    )
    alone = has_begun(turn) and sum(any(map(str.isalpha, word)) for word in words) <= MOST_WORDS_AROUND
    return code_in(turn) if (may or alone) and not turn.inbound.late else ""


def noticed_in(conversation: Conversation) -> tuple[str, ...]:
    """Return which kinds of danger were found in what a person wrote so far."""
    noticed = conversation.answers.get(NOTICED)
    return noticed.codes if noticed else ()


def notice(conversation: Conversation, danger: Danger, at: str) -> Conversation:
    """Remember a kind of danger, so that conditions can look at it."""
    kinds = tuple(dict.fromkeys((*noticed_in(conversation), str(danger))))
    noticed = Answer(AnswerState.ANSWERED, kinds, "", conversation.language or ENGLISH, at)
    return conversation._replace(answers={**conversation.answers, NOTICED: noticed})
