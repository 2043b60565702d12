"""A report not sent yet: put off with a code, and taken up again with it, here or on another channel."""

from bot.core.asking import Knowledge, walk
from bot.core.conversation import Answer, Conversation, Reply, Stage, Written
from bot.core.effects import Draft, Keep, TakeUp
from bot.core.flow import CHANNEL, KNOWN, MADE, NOTICED, OTHERS_READ, ROLE, others_may_read
from bot.core.late import told_more
from bot.core.turn import Outcome, Turn, asked, flow_of, start
from casebridge.report import FOLLOW_UP

JOINED = (NOTICED, MADE)  # of what is known beside the answers: what holds for both places


def has_begun(turn: Turn) -> bool:
    """Say whether a report was begun here that is not sent yet."""
    conversation = turn.conversation
    is_open = conversation.stage not in (Stage.SENT, Stage.OVER) and turn.flow.step(ROLE) is not None
    return is_open and not conversation.answers.keys() <= KNOWN


def put_off(turn: Turn) -> Outcome:
    """Stop here for now, and tell the code what was told can be taken up with.

    There is none in practice, for what was sent already, and where nothing was told or nobody hears it.
    """
    conversation, texts = turn.conversation, turn.knowledge.texts
    paused = conversation._replace(stage=Stage.PAUSED, misses=0)
    told = has_begun(turn) or (conversation.parts and turn.flow.step(ROLE) is not None)
    if not told or conversation.practice or turn.inbound.late:
        return Outcome(paused, (Reply(texts.later_no_code),))
    others_read = others_may_read(walk(turn.flow, conversation.answers).answers)
    code = turn.inbound.code
    said = Reply(texts.later_neutral if others_read else texts.later, {"code": code})
    older = (Reply(texts.older_code, line=True),) if conversation.code_id else ()
    return Outcome(paused, (said, *older), (Keep(code),))


def take_up(turn: Turn, draft: Draft) -> Outcome:
    """Go on where a draft was left; where another was begun, that one comes first."""
    conversation, known = turn.conversation, turn.knowledge
    if draft.is_here:
        return asked(known, opened(conversation), Reply(known.texts.welcome_back))
    if has_begun(turn):
        return asked(known, opened(conversation), Reply(known.texts.report_begun))
    moved = _moved(turn, draft.conversation)
    return asked(known, moved, Reply(known.texts.welcome_back))._replace(effects=(TakeUp(),))


def opened(conversation: Conversation) -> Conversation:
    """Return a conversation that is not put off any more."""
    return conversation._replace(stage=Stage.OPEN) if conversation.stage is Stage.PAUSED else conversation


def left(knowledge: Knowledge, draft: Conversation) -> Conversation:
    """Return what stays where a draft was begun once it was taken up elsewhere: as if nothing had been said.

    Whoever wanted no more messages still wants none, and a worker's phone uses no client's code.
    """
    fresh = start(knowledge, draft.channel)
    made = {MADE: draft.answers[MADE]} if MADE in draft.answers else {}
    stage = Stage.STOPPED if draft.stage is Stage.STOPPED else Stage.OPEN
    return fresh._replace(
        stage=stage,
        answers={**fresh.answers, **made},
        heard=draft.heard,
        serial=draft.serial,
        written=tuple(Written(line.number, serial=line.serial) for line in draft.written),
        begun=draft.begun,  # so that WIPE still clears that chat
    )


def _moved(turn: Turn, draft: Conversation) -> Conversation:
    """Return a draft as it goes on here: every answer, in the language chosen here, if one was."""
    here, known = turn.conversation, turn.knowledge
    of_there = {step.name for step in flow_of(known, draft).steps if step.purpose == FOLLOW_UP}
    if OTHERS_READ in draft.answers and draft.answers[OTHERS_READ].has("no"):  # nobody read that phone
        of_there.add(OTHERS_READ)
    answers = {name: answer for name, answer in draft.answers.items() if name not in of_there | {CHANNEL}}
    answers |= {name: _joined(name, draft, here) for name in JOINED if name in here.answers}
    moved = draft._replace(
        channel=here.channel,
        language=here.language or draft.language,
        stage=Stage.OPEN,
        answers={**answers, **start(known, here.channel).answers},
        misses=0,
        shown="",  # a consent is asked anew: its words stand with it
        choosing="",
        written=(),  # numbers of another chat
        begun=(),
    )
    for words in here.parts:  # told here before the code came
        moved = told_more(flow_of(known, moved), moved, words)
    return moved


def _joined(name: str, draft: Conversation, here: Conversation) -> Answer:
    before, now = draft.answers.get(name), here.answers[name]
    codes = dict.fromkeys((*(before.codes if before else ()), *now.codes))
    return now._replace(value=tuple(codes))
