"""A message edited after it was sent corrects the answer it gave, while that is possible.

What was agreed to, the read-back and codes are never changed so: CHANGE asks again, with the words.
"""

from dataclasses import replace

from bot.core.answering import story_part
from bot.core.asking import Knowledge, says_around, shown, walk
from bot.core.conversation import Answer, Conversation, Inbound, Reply, Stage, Written
from bot.core.flow import KNOWN, ROLE, Flow, Kind, Step
from bot.core.language import offer
from bot.core.late import NEVER_LATE
from bot.core.reading import Doubt
from bot.core.turn import LONGEST_MESSAGE, Outcome, Turn, asked, flow_of
from bot.core.understanding import understand
from casebridge.report import AnswerState

MOST_WRITTEN = 50
BETWEEN = "\n\n"  # the parts of a story


def is_superseded(conversation: Conversation, inbound: Inbound) -> bool:
    """Say whether newer words of this very message were taken before it."""
    line = _line(conversation, inbound.edits or inbound.number)
    return line is not None and inbound.serial < line.serial


def as_new(knowledge: Knowledge, conversation: Conversation, inbound: Inbound) -> Inbound:
    """Return an edited message as a new one, where it never came or still may answer the open question."""
    if not inbound.edits or conversation.stage in (Stage.SENT, Stage.OVER, Stage.STOPPED):
        return inbound
    line, taken = _line(conversation, inbound.edits), conversation.written
    if line is None and (len(taken) < MOST_WRITTEN or inbound.edits > taken[0].number):  # lost on its way
        return _again(inbound, overtaken=True)
    step = walk(flow_of(knowledge, conversation), conversation.answers).pending
    told = step is None or step.kind in (Kind.STORY, *NEVER_LATE) or conversation.language is None
    if line is None or told or step is None or step.name != line.step:
        return inbound
    return _again(inbound, overtaken=False)


def edit(turn: Turn, *, is_command: bool) -> Outcome:
    """Correct the answer that a message gave, or say that nothing was changed."""
    conversation, texts = turn.conversation, turn.knowledge.texts
    line = _line(conversation, turn.inbound.edits)
    if conversation.stage is Stage.STOPPED:
        return Outcome(conversation)
    if conversation.stage in (Stage.SENT, Stage.OVER):
        return Outcome(conversation, (Reply(texts.edit_over),))
    turn = turn.with_(conversation._replace(stage=Stage.OPEN))
    if is_command or line is None or not line.step:
        return _unchanged(turn)
    if line.length:
        return _retold(turn, line)
    return _answered_anew(turn, line)


def remember(
    knowledge: Knowledge, before: Conversation, inbound: Inbound, after: Conversation
) -> Conversation:
    """Note which answer a message gave; once a draft is gone, only which messages there were."""
    written = keep_written(before, after).written
    begun_again = not _story(knowledge, after).startswith(_story(knowledge, before))
    if begun_again and not inbound.edits:
        written = tuple(Written(line.number) if line.length else line for line in written)
    if inbound.number:
        line = _written(knowledge, before, inbound, after)
        written = (*(one for one in written if one.number != line.number), line)[-MOST_WRITTEN:]
    return after if written == after.written else after._replace(written=written)


def keep_written(before: Conversation, after: Conversation) -> Conversation:
    """Keep, where a draft is gone, which messages there were."""
    if after.written or not before.written:
        return after
    return after._replace(written=tuple(Written(line.number) for line in before.written))


def _written(knowledge: Knowledge, before: Conversation, inbound: Inbound, after: Conversation) -> Written:
    """Return what one message did: told a part of the story, gave an answer, or was meant to."""
    line = Written(inbound.number, serial=inbound.serial)
    told, now = _story(knowledge, before), _story(knowledge, after)
    if len(now) > len(told) and now.startswith(told):
        start, step = len(told) + (len(BETWEEN) if told else 0), _story_step(flow_of(knowledge, after))
        return line._replace(step=step, start=start, length=len(now) - start)
    if after.stage in (Stage.SENT, Stage.OVER):
        return line
    new = (name for name, given in after.answers.items() if before.answers.get(name) is not given)
    answered = next((name for name in new if name not in KNOWN), "")
    if answered or before.language is None or before.flow != after.flow:
        return line._replace(step=answered)
    meant = walk(flow_of(knowledge, before), before.answers).pending
    return line._replace(step=meant.name) if meant is not None and after.misses > before.misses else line


def _retold(turn: Turn, line: Written) -> Outcome:
    """Put new words in place of a part of the story, told to its end or not."""
    conversation, texts = turn.conversation, turn.knowledge.texts
    words, _ = story_part(turn)
    if len(turn.inbound.text) > LONGEST_MESSAGE:
        return asked(turn.knowledge, conversation, Reply(texts.too_long))
    if not any(map(str.isalnum, words)):
        return _unchanged(turn)
    told = conversation.answers.get(line.step)
    parts = (told.value,) if told is not None and isinstance(told.value, str) else conversation.parts
    if BETWEEN.join(parts)[line.start : line.start + line.length] == words:  # an edit of something else
        return Outcome(turn.conversation)
    parts = _with(parts, line, words)
    kept = conversation._replace(written=_moved(conversation.written, line, len(words), turn.inbound.serial))
    if told is not None and isinstance(told.value, str):
        kept = kept._replace(answers={**kept.answers, line.step: told._replace(value=BETWEEN.join(parts))})
    else:
        kept = kept._replace(parts=parts)
    if kept.language is None:
        return offer(turn.with_(kept))
    step = turn.flow.step(line.step)
    part = Answer(AnswerState.ANSWERED, words, "", turn.reading.language, turn.now())
    noted = (Reply(texts.edit_noted, {"answer": shown(step, part, texts)}),) if step else ()
    return asked(turn.knowledge, kept._replace(misses=0), *noted)


def _answered_anew(turn: Turn, line: Written) -> Outcome:
    """Understand new words as the answer to the very question that the old ones answered."""
    conversation, known = turn.conversation, turn.knowledge
    old = conversation.answers.get(line.step)
    rest = {name: answer for name, answer in conversation.answers.items() if name != line.step}
    step = walk(turn.flow, rest).pending
    if old is None or step is None or step.name != line.step or not _may_change(step):
        return _unchanged(turn)
    if turn.inbound.text.strip() in (old.said.strip(), old.value):  # an edit of something else
        return Outcome(turn.conversation)
    given = understand(step, turn.inbound, turn.reading, turn.said)
    if isinstance(given, Doubt) or (given.state, given.value) == (old.state, old.value):
        return _unchanged(turn)
    lines = _moved(conversation.written, line, 0, turn.inbound.serial)
    answers = {**conversation.answers, step.name: given}
    kept = conversation._replace(answers=answers, written=lines, misses=0)
    way = walk(turn.flow, answers)
    noted = Reply(known.texts.edit_noted, {"answer": shown(step, given, known.texts)})
    return asked(known, kept, noted, *says_around(way, step.name), way=way)


def _may_change(step: Step) -> bool:
    """Say whether another answer leaves what was agreed to as it was."""
    if step.kind in (*NEVER_LATE, Kind.THEMES) or step.name == ROLE:
        return False
    return not any(choice.flow or choice.later for choice in step.choices)


def _unchanged(turn: Turn) -> Outcome:
    if turn.conversation.language is None:
        return offer(turn)
    return asked(turn.knowledge, turn.conversation, Reply(turn.knowledge.texts.edit_unchanged))


def _again(inbound: Inbound, *, overtaken: bool) -> Inbound:
    return replace(inbound, number=inbound.edits, edits=0, overtaken=overtaken)


def _line(conversation: Conversation, number: int) -> Written | None:
    return next((line for line in conversation.written if line.number == number), None)


def _story_step(flow: Flow) -> str:
    return next((step.name for step in flow.steps if step.kind is Kind.STORY), "")


def _story(knowledge: Knowledge, conversation: Conversation) -> str:
    """Return all that was told of the story, whether it is told to its end or not."""
    told = conversation.answers.get(_story_step(flow_of(knowledge, conversation)))
    if told is not None and isinstance(told.value, str) and not conversation.parts:
        return told.value
    return BETWEEN.join(conversation.parts)


def _with(parts: tuple[str, ...], line: Written, words: str) -> tuple[str, ...]:
    """Return the parts of a story with new words for one; in one piece where they were joined since."""
    start = 0
    for number, part in enumerate(parts):
        if (start, len(part)) == (line.start, line.length):
            return (*parts[:number], words, *parts[number + 1 :])
        start += len(part) + len(BETWEEN)
    whole = BETWEEN.join(parts)
    return (whole[: line.start] + words + whole[line.start + line.length :],)


def _moved(written: tuple[Written, ...], changed: Written, length: int, serial: int) -> tuple[Written, ...]:
    """Return the lines after one has other words: those behind it in the story moved along."""
    by = length - changed.length
    return tuple(
        line._replace(length=length, serial=serial)
        if line.number == changed.number
        else line._replace(start=line.start + by)
        if line.length and line.start > changed.start
        else line
        for line in written
    )
