"""What each command does, wherever a person is in the conversation."""

from bot.core.answering import skip
from bot.core.changing import back, change
from bot.core.commands import Called, Command
from bot.core.conversation import Conversation, Reply, Stage
from bot.core.effects import Erase
from bot.core.ending import after_sending
from bot.core.language import choose, speak
from bot.core.turn import FIRST_FLOW, Outcome, Turn, afresh, asked, begin, start


def obey(turn: Turn, call: Called) -> Outcome | None:
    """Do what was asked; None where the word is no command here but may be an answer."""
    conversation, known = turn.conversation, turn.knowledge
    match call.command:
        case Command.LANGUAGE:
            return speak(turn, call.argument)
        case Command.HELP:
            return asked(known, conversation, Reply(known.texts.help))
        case Command.MENU:
            return asked(known, conversation, Reply(known.texts.menu))
        case Command.DELETE:
            erased = start(known, conversation.channel)
            return Outcome(erased, (Reply(known.texts.erased),), (Erase(),))
        case Command.STOP:
            return Outcome(conversation._replace(stage=Stage.STOPPED), (Reply(known.texts.stopped),))
        case Command.START:
            return resume(turn, conversation)
        case Command.NEW:
            again = conversation.stage in (Stage.SENT, Stage.OVER) or conversation.flow != FIRST_FLOW
            return begin(known, afresh(known, conversation)) if again else None
    if conversation.stage in (Stage.SENT, Stage.OVER):
        return None
    return _move(turn.with_(conversation._replace(stage=Stage.OPEN)), call)


def resume(turn: Turn, conversation: Conversation) -> Outcome:
    """Take up a conversation where it was left."""
    turn = turn.with_(conversation._replace(stage=_stage_before(conversation)))
    if conversation.language is None:
        return choose(turn, None)
    if turn.conversation.stage is Stage.SENT:
        return after_sending(turn)
    return asked(turn.knowledge, turn.conversation, Reply(turn.knowledge.texts.welcome_back))


def _stage_before(conversation: Conversation) -> Stage:
    return Stage.SENT if conversation.reference else Stage.OPEN


def _move(turn: Turn, call: Called) -> Outcome | None:
    """Commands that move within a flow."""
    match call.command:
        case Command.LATER:
            paused = turn.conversation._replace(stage=Stage.PAUSED)
            return Outcome(paused, (Reply(turn.knowledge.texts.later),))
        case Command.BACK:
            return back(turn)
        case Command.SKIP:
            return skip(turn)
        case Command.CHANGE:
            return change(turn, call.argument)
        case _:
            return None
