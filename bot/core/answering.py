"""A message as the answer to the open question: taken, asked again, or gathered for the story."""

from collections.abc import Mapping

from bot.core.asking import Walk, says_around, shown, story_so_far, walk, walk_on
from bot.core.changing import CHANGE_STEP, change
from bot.core.choosing import is_word, was_near
from bot.core.conversation import Answer, Attached, Conversation, Reply
from bot.core.ending import reviewed
from bot.core.flow import AGREEING, ENOUGH, KNOWN, REPORT, ROLE, Flow, Kind, Step
from bot.core.normal import normal
from bot.core.phrases import Phrase
from bot.core.pictures import chosen_photo, remove_photo, without_photos
from bot.core.reading import Doubt
from bot.core.returning import NEXT_STEP, RETURN_FLOW, after_sending, confirmed, done, leave, looked_up
from bot.core.turn import LONGEST_MESSAGE, Outcome, Turn, asked
from bot.core.understanding import PLAIN, understand
from bot.core.unfinished import put_off
from casebridge.report import AnswerState, ConsentLevel


def answer(turn: Turn) -> Outcome:
    """Read the message as the answer to the open question."""
    conversation, inbound, texts = turn.conversation, turn.inbound, turn.knowledge.texts
    way = walk(turn.flow, conversation.answers)
    step = way.pending
    if step is None:  # only where a flow lost its last question while somebody was in it
        return asked(turn.knowledge, conversation)
    pressed = inbound.pressed
    if (corrected := _which_one(turn)) is not None:
        return corrected
    if pressed is not None and pressed.step != step.name:
        return asked(turn.knowledge, conversation, Reply(texts.too_old_button))
    if len(inbound.text) > LONGEST_MESSAGE:
        return asked(turn.knowledge, conversation, Reply(texts.too_long))
    if _holds_no_words(turn, step):
        words = () if inbound.photos or inbound.refused else (Reply(_words_wanted(turn)),)
        return asked(turn.knowledge, conversation, *words)
    return _understood(turn, way, step)


def _understood(turn: Turn, way: Walk, step: Step) -> Outcome:
    """Take what is said as the answer, or ask again."""
    inbound = turn.inbound
    if step.kind is Kind.STORY:
        return _story(turn, way, step)
    if inbound.attached is Attached.FORWARDED and step.kind in PLAIN:  # somebody else's yes
        return _ask_again(turn, step, Doubt.NOT_AN_ANSWER)
    understood = understand(step, inbound, turn.reading, turn.said)
    if isinstance(understood, Doubt):
        as_said = _day_as_said(turn, step)
        return take(turn, way, step, as_said) if as_said else _ask_again(turn, step, understood)
    return take(turn, way, step, understood)


def _which_one(turn: Turn) -> Outcome | None:
    """Read the message as the answer to which answer is to be changed, or which picture removed."""
    pressed = turn.inbound.pressed
    if pressed is not None and pressed.step == CHANGE_STEP:
        return change(turn, pressed.values[0])
    if turn.conversation.choosing == CHANGE_STEP and turn.said.isdecimal():
        return change(turn, turn.said)
    photo = chosen_photo(turn)
    return None if photo is None else remove_photo(turn, photo)


def _holds_no_words(turn: Turn, step: Step) -> bool:
    """Say whether there is nothing to read; the number on a contact card is only a contact."""
    card = turn.inbound.attached is Attached.CARD and step.kind is not Kind.CONTACT
    return turn.inbound.attachment and (not turn.said or card)


def _words_wanted(turn: Turn) -> Phrase:
    texts = turn.knowledge.texts
    match turn.inbound.attached:
        case Attached.RECORDING:
            return texts.no_recordings
        case Attached.LOCATION:
            return texts.no_location
        case Attached.CARD:
            return texts.no_contact_card
        case _:
            return texts.text_wanted


def skip(turn: Turn) -> Outcome:
    """Leave the open question out. A consent passed over is a no."""
    conversation, language = turn.conversation, turn.reading.language
    way = walk(turn.flow, conversation.answers)
    step = way.pending
    if step is None:
        return asked(turn.knowledge, conversation)
    if step.kind is Kind.STORY and conversation.parts:
        return take(turn, way, step, _story_told(turn, conversation.parts))
    said = turn.inbound.text
    if step.kind in AGREEING:
        no = Answer(AnswerState.SKIPPED, ConsentLevel.NO, said, language, turn.now())
        return take(turn, way, step, no)
    if not step.skip:
        return asked(turn.knowledge, conversation, Reply(turn.knowledge.texts.cannot_skip))
    return take(turn, way, step, Answer(AnswerState.SKIPPED, None, said, language, turn.now()))


def take(turn: Turn, way: Walk, step: Step, given: Answer) -> Outcome:
    """Record an answer and go where it leads."""
    conversation, known = turn.conversation, turn.knowledge
    if step.kind is Kind.CODE and conversation.reference:
        return confirmed(turn, way, str(given.value))
    if step.kind is Kind.CODE:
        return Outcome(conversation, effects=(looked_up(turn, str(given.value)),))
    if step.kind is Kind.REVIEW:
        return reviewed(turn, way, str(given.value))
    choice = step.choice(given.value) if isinstance(given.value, str) else None
    if choice is not None and choice.flow:
        return go_on_in(turn, known.flows[choice.flow], step.name, given)
    if choice is not None and choice.later:
        return put_off(turn)
    if step.kind is Kind.THEMES:
        return _add(turn, given)
    if step.agency and conversation.reference and given.value == ConsentLevel.NO:
        return done(turn, Reply(known.texts.unchanged))
    return _record(turn, way, step, given)


def _record(turn: Turn, way: Walk, step: Step, given: Answer) -> Outcome:
    """Record an answer that leads nowhere else, and ask on."""
    conversation, known = turn.conversation, turn.knowledge
    if step.kind in AGREEING:
        given = given._replace(wording=conversation.shown)
    parts = () if step.kind is Kind.STORY else conversation.parts
    answers = {**conversation.answers, step.name: given}
    if step.name == ROLE:  # whoever it is about now is asked for consent in other words
        agreeing = {each.name for each in turn.flow.steps if each.kind in AGREEING}
        answers = {name: answer for name, answer in answers.items() if name not in agreeing}
    taken = conversation._replace(answers=answers, parts=parts, misses=0)
    way = walk_on(turn.flow, way, answers)
    if conversation.reference and way.pending is not None and way.pending.kind is Kind.END:
        return leave(turn, Reply(way.pending.asked_of(way.answers)))
    return asked(known, taken, *_echo(turn, step, given), *says_around(way, step.name), way=way)


def go_on_in(turn: Turn, flow: Flow, name: str, given: Answer) -> Outcome:
    """Go on in another flow; what it asks as well need not be answered again."""
    conversation, known = turn.conversation, turn.knowledge
    answers = {**conversation.answers, name: given}
    if flow.name == RETURN_FLOW and (conversation.parts or not answers.keys() - {name} <= KNOWN):
        return asked(known, conversation, Reply(known.texts.report_begun))
    kept = {name: answer for name, answer in answers.items() if _fits(flow, name, answer, answers)}
    parts = conversation.parts if flow.step(name) else ()
    begun = conversation._replace(flow=flow.name, version=flow.version, answers=kept, parts=parts, misses=0)
    way = walk(flow, kept)
    return asked(known, begun, *says_around(way, name), way=way)


def _fits(flow: Flow, name: str, answer: Answer, answers: Mapping[str, Answer]) -> bool:
    """Say whether an answer can stay in another flow: a consent cannot, it was asked in other words."""
    step = flow.step(name)
    if step is None:
        return name in KNOWN or (name == ROLE and REPORT in answers)
    if step.kind in AGREEING:
        return False
    return not (
        step.kind is Kind.CHOICE and isinstance(answer.value, str) and step.choice(answer.value) is None
    )


def _add(turn: Turn, given: Answer) -> Outcome:
    """Open the themes somebody chose, beside those they told of before."""
    conversation, themes = turn.conversation, turn.flow.themes
    if themes is None:  # only where a flow lost them while somebody chose
        return asked(turn.knowledge, conversation)
    before = conversation.answers[themes.name].codes if themes.name in conversation.answers else ()
    chosen = tuple(dict.fromkeys((*before, *(given.codes or (ENOUGH,)))))
    answers = {**conversation.answers, themes.name: given._replace(state=AnswerState.ANSWERED, value=chosen)}
    way = walk(turn.flow, answers)
    return asked(turn.knowledge, conversation._replace(answers=answers, misses=0), way=way)


def _day_as_said(turn: Turn, step: Step) -> Answer | None:
    """Take a day that could not be read twice as the person says it, its date not known."""
    text = turn.inbound.text.strip()
    if step.kind is not Kind.DATE or turn.conversation.misses < 1 or sum(map(str.isalpha, text)) < 3:
        return None
    return Answer(AnswerState.DONT_KNOW, None, text, turn.reading.language, turn.now())


def _echo(turn: Turn, step: Step, given: Answer) -> tuple[Reply, ...]:
    """Say back what was understood where it was not plain."""
    texts = turn.knowledge.texts
    if turn.inbound.pressed is not None or given.state is AnswerState.SKIPPED:
        return ()
    if step.kind is Kind.DATE:
        return (Reply(texts.heard_day, {"answer": shown(step, given, texts)}),)
    if step.kind is Kind.CHOICES or was_near(step, turn.said, turn.reading):
        return (Reply(texts.heard, {"answer": shown(step, given, texts)}),)
    return ()


def _ask_again(turn: Turn, step: Step, doubt: Doubt) -> Outcome:
    """Say what was not understood; from the second time on, how to get past the question."""
    if turn.conversation.reference and step.name == NEXT_STEP:
        return after_sending(turn)  # how it stands now, and the same choices
    texts, misses = turn.knowledge.texts, turn.conversation.misses + 1
    replies = [Reply(_words_for(turn, step, doubt, misses))]
    if misses > 1:
        replies.append(Reply(texts.can_skip if step.skip else texts.menu))
    return asked(turn.knowledge, turn.conversation._replace(misses=misses), *replies)


def _words_for(turn: Turn, step: Step, doubt: Doubt, misses: int) -> Phrase:
    texts = turn.knowledge.texts
    match doubt:
        case Doubt.FUTURE:
            return texts.future_day
        case Doubt.LONG_AGO:
            return texts.long_ago
        case Doubt.MISTYPED_CODE:
            return texts.mistyped_code
        case Doubt.NOT_AN_ANSWER if step.kind in AGREEING:
            return texts.consent_plainly
        case _ if step.help or not step.choices:
            return step.help or texts.unclear_text
        case _:
            return texts.unclear if misses == 1 else texts.unclear_again


def _story(turn: Turn, way: Walk, step: Step) -> Outcome:
    """Gather a story over several messages until it is said to be done."""
    conversation, known = turn.conversation, turn.knowledge
    pressed = turn.inbound.pressed.values[0] if turn.inbound.pressed else ""
    if pressed == "again" or is_word(turn.said, known.texts.again_words, turn.reading):
        cleared = without_photos(conversation._replace(parts=()), conversation.photos)
        thrown = (Reply(known.texts.photos_cleared),) if conversation.photos else ()
        return asked(known, cleared, Reply(known.texts.story_cleared), *thrown)
    text, done = story_part(turn, pressed)
    if text and not any(map(str.isalnum, text)):
        text = ""
    parts = (*conversation.parts, text) if text else conversation.parts
    if done and not parts and conversation.photos:  # the pictures tell it
        return skip(turn)
    if not parts or not (text or done):
        return _ask_again(turn, step, Doubt.UNCLEAR)
    kept: Conversation = conversation._replace(parts=parts, misses=0)
    if done:
        return take(turn.with_(kept), way, step, _story_told(turn, parts))
    return Outcome(kept, (story_so_far(known, kept, step),))


def story_part(turn: Turn, pressed: str = "") -> tuple[str, bool]:
    """Return what this message adds and whether it ends the story, alone or by its last line."""
    text = turn.inbound.text.strip()
    if pressed == "done":
        return text, True
    above, _, last = text.rpartition("\n")
    if is_word(normal(last), turn.knowledge.texts.done_words, turn.reading):
        return above.strip(), True
    return text, False


def _story_told(turn: Turn, parts: tuple[str, ...]) -> Answer:
    return Answer(AnswerState.ANSWERED, "\n\n".join(parts), "", turn.reading.language, turn.now())
