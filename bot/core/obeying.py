"""What each command does, wherever a person is in the conversation."""

from bot.core.answering import skip
from bot.core.changing import back, change
from bot.core.clearing import cleared_from
from bot.core.commands import Called, Command
from bot.core.conversation import Conversation, Reply, Stage
from bot.core.effects import Erase
from bot.core.flow import KNOWN, ROLE
from bot.core.language import choose, speak
from bot.core.phrases import Phrase
from bot.core.returning import RETURN_FLOW, after_sending, next_report
from bot.core.turn import FIRST_FLOW, Outcome, Turn, afresh, asked, begin, start
from bot.core.unfinished import put_off


def obey(turn: Turn, call: Called) -> Outcome | None:
    """Do what was asked; None where the word is no command here but may be an answer."""
    conversation, known = turn.conversation, turn.knowledge
    match call.command:
        case Command.LANGUAGE:
            return speak(turn, call.argument)
        case Command.HELP | Command.MENU:
            return _explain(turn, known.texts.help if call.command is Command.HELP else known.texts.menu)
        case Command.DELETE | Command.WIPE:
            wipe = call.command is Command.WIPE
            erased = _clearing(turn) if wipe else Reply(known.texts.erased)
            return Outcome(start(known, conversation.channel), (erased,), (Erase(wipe=wipe),))
        case Command.STOP:
            return Outcome(conversation._replace(stage=Stage.STOPPED), (Reply(known.texts.stopped),))
        case Command.START:
            return resume(turn, conversation)
        case Command.NEW:
            return _begin_another(turn)
        case Command.PRACTICE:
            return _practise(turn)
    if conversation.stage in (Stage.SENT, Stage.OVER):
        return None
    return _move(turn.with_(conversation._replace(stage=Stage.OPEN)), call)


def _explain(turn: Turn, how: Phrase) -> Outcome:
    """Say how this works, then put the open question; after the end, that of a new talk."""
    conversation, known = turn.conversation, turn.knowledge
    if conversation.stage is not Stage.OVER:
        return asked(known, conversation, Reply(how))
    begun = begin(known, afresh(known, conversation))
    return begun._replace(replies=(Reply(how), *begun.replies))


def _clearing(turn: Turn) -> Reply:
    """Have the channel clear the chat where it can; no word of any report stays in it."""
    texts, number = turn.knowledge.texts, turn.inbound.number
    if not number:
        return Reply(texts.wiped_by_hand)
    first, is_all = cleared_from(turn.conversation, number, turn.inbound.at)
    said = texts.wiped if is_all else texts.wiped_by_hand
    return Reply(said, clears=first, unless_cleared=texts.wiped_by_hand)


def _begin_another(turn: Turn) -> Outcome | None:
    conversation = turn.conversation
    told = conversation.parts or not conversation.answers.keys() <= KNOWN
    open_report = conversation.stage not in (Stage.SENT, Stage.OVER) and turn.flow.step(ROLE) is not None
    if told and open_report:
        return None
    new = next_report(turn)
    if conversation.flow == RETURN_FLOW and not conversation.reference:  # told before any code was brought
        new = new._replace(parts=conversation.parts)
    begun = begin(turn.knowledge, new)
    again = (Reply(turn.knowledge.texts.for_another_client),) if ROLE in new.answers else ()
    return begun._replace(replies=(*again, *begun.replies))


def resume(turn: Turn, conversation: Conversation) -> Outcome:
    """Take up a conversation where it was left."""
    turn = turn.with_(conversation._replace(stage=_stage_before(conversation)))
    if conversation.language is None:
        return choose(turn, None)
    if turn.conversation.stage is Stage.SENT:
        return after_sending(turn)
    return asked(turn.knowledge, turn.conversation, Reply(turn.knowledge.texts.welcome_back))


def _practise(turn: Turn) -> Outcome | None:
    """Begin a report that is never sent; in the middle of a real one the words are no command."""
    conversation, known = turn.conversation, turn.knowledge
    if conversation.parts or not conversation.answers.keys() <= KNOWN:
        return None
    practice = afresh(known, conversation)._replace(practice=True)
    begun = choose(turn.with_(practice), None) if practice.language is None else begin(known, practice)
    return begun._replace(replies=(Reply(known.texts.practice_on), *begun.replies))


def _stage_before(conversation: Conversation) -> Stage:
    in_return = conversation.flow != FIRST_FLOW
    return Stage.SENT if conversation.reference and not in_return else Stage.OPEN


def _move(turn: Turn, call: Called) -> Outcome | None:
    """Commands that move within a flow."""
    match call.command:
        case Command.LATER:
            return put_off(turn)
        case Command.BACK:
            return back(turn)
        case Command.SKIP:
            return skip(turn)
        case Command.CHANGE:
            return change(turn, call.argument)
        case _:
            return None
