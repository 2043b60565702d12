"""Pictures that come with a message: whether it is their time, what is kept of them, what is said.

A picture is kept from the moment its message came, also where it is fetched later. One that cannot
be had is taken off again, and its sender is told.
"""

from collections.abc import Collection, Mapping

from bot.core.asking import Knowledge, walk
from bot.core.conversation import Answer, Conversation, Entry, Option, Refusal, Reply, Stage
from bot.core.effects import Erase, Submit
from bot.core.flow import PHOTOS, ROLE, Kind
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase
from bot.core.texts import Texts
from bot.core.turn import Outcome, Turn, asked, flow_of
from casebridge.report import AnswerState

MOST_PHOTOS = 5
GIVEN = "given"  # what conditions see of PHOTOS
PHOTO_STEP = "photo"  # buttons that name a picture to remove
KEEP_ALL = "all"
_ID_STARTS = 8  # characters of a picture's id that its button sends


def room_for_photos(
    knowledge: Knowledge, conversation: Conversation, given_up: Collection[str] = ()
) -> int | None:
    """Return how many more pictures can be kept; None before the story is asked for and after sending."""
    if conversation.language is None or conversation.stage not in (Stage.OPEN, Stage.PAUSED, Stage.STOPPED):
        return None
    flow = flow_of(knowledge, conversation)
    path = walk(flow, conversation.answers).path
    if flow.step(ROLE) is None or not any(step.kind is Kind.STORY for step in path):
        return None
    return MOST_PHOTOS - len(conversation.photos) + len(given_up)


def keep_photos(turn: Turn) -> tuple[Conversation, tuple[Reply, ...]]:
    """Keep as many pictures of a message as there is room for; return what is to be said of them all."""
    conversation, inbound, texts = turn.conversation, turn.inbound, turn.knowledge.texts
    room = room_for_photos(turn.knowledge, conversation)
    new, refused = inbound.photos[: room or 0], inbound.refused
    if len(new) < len(inbound.photos):
        refused = Refusal.NOT_NOW if room is None else Refusal.TOO_MANY
    told: list[Reply] = []
    if new:
        conversation = _with_photos(turn, (*conversation.photos, *new))
        kept = texts.photo_kept if len(new) == 1 else texts.photos_kept
        told += [_counted(kept, len(conversation.photos)), Reply(texts.photos_hidden, line=True)]
    if refused is not None:
        told.append(_counted(_refusals(texts)[refused], len(conversation.photos)))
    return conversation, tuple(told)


def without_photos(conversation: Conversation, dropped: Collection[str]) -> Conversation:
    """Drop these of the pictures kept so far."""
    photos = tuple(photo for photo in conversation.photos if photo not in dropped)
    answers = {name: answer for name, answer in conversation.answers.items() if photos or name != PHOTOS}
    return conversation._replace(photos=photos, answers=answers)


def tell_given_up(turn: Turn, before: tuple[str, ...], outcome: Outcome) -> Outcome:
    """Say before the question which pictures could not be had, by their numbers so far.

    Where the report was sent with this very message it is only said that they did not go along.
    """
    texts, given_up = turn.knowledge.texts, turn.inbound.given_up
    if any(isinstance(effect, Erase) for effect in outcome.effects):
        return outcome
    numbers = [(number, given_up[photo]) for number, photo in enumerate(before, 1) if photo in given_up]
    if any(isinstance(effect, Submit) for effect in outcome.effects):
        told = [Reply(texts.photo_lost, {"number": str(number)}) for number, _ in numbers]
        return outcome._replace(replies=(*told, *outcome.replies))
    told = []
    for number, refusal in numbers:
        told.append(Reply(texts.photo_lost, {"number": str(number)}))
        told.append(Reply(_refusals(texts)[refusal], line=True))
    return outcome._replace(replies=(*outcome.replies[:-1], *told, *outcome.replies[-1:]))


# --- removing one -----------------------------------------------------------------------------


def offer_photos(turn: Turn) -> Outcome:
    """Ask which picture is to be removed."""
    texts, photos = turn.knowledge.texts, turn.conversation.photos
    options = [
        Option(_value(number, photo), label)
        for number, (photo, label) in enumerate(zip(photos, names_of_photos(texts), strict=False), 1)
    ]
    options.append(Option(KEEP_ALL, texts.photos_keep))
    which = Reply(texts.photo_which, options=tuple(options), step=PHOTO_STEP, entry=Entry.NONE)
    return Outcome(turn.conversation._replace(choosing=PHOTO_STEP), (which,))


def chosen_photo(turn: Turn) -> str | None:
    """Return what a message answers to "which picture?": pressed, or typed while that is asked."""
    pressed, conversation = turn.inbound.pressed, turn.conversation
    if pressed is not None:
        return pressed.values[0] if pressed.step == PHOTO_STEP else None
    if conversation.choosing != PHOTO_STEP or not turn.said:
        return None
    phrasebook, language = turn.knowledge.phrasebook, turn.reading.language
    labels = [
        *names_of_photos(turn.knowledge.texts)[: len(conversation.photos)],
        turn.knowledge.texts.photos_keep,
    ]
    values = [*(_value(number, photo) for number, photo in enumerate(conversation.photos, 1)), KEEP_ALL]
    for number, (label, value) in enumerate(zip(labels, values, strict=True), 1):
        if turn.said in (str(number), normal(phrasebook.text(label, language))):
            return value
    return None


def remove_photo(turn: Turn, value: str) -> Outcome:
    """Remove a picture by what its button sends, its number and its id: pressed twice it removes one."""
    conversation, texts = turn.conversation, turn.knowledge.texts
    _, _, starts = value.partition("-")
    found = [photo for photo in conversation.photos if starts and photo[:_ID_STARTS] == starts]
    if not found:
        return asked(turn.knowledge, conversation)
    left = without_photos(conversation, found)
    return asked(turn.knowledge, left, Reply(texts.photo_removed, {"count": str(len(left.photos))}))


def names_of_photos(texts: Texts) -> tuple[Phrase, ...]:
    """Return what the pictures are called, in the order they were sent."""
    return (texts.photo_1, texts.photo_2, texts.photo_3, texts.photo_4, texts.photo_5)


def _value(number: int, photo: str) -> str:
    return f"{number}-{photo[:_ID_STARTS]}"


def _with_photos(turn: Turn, photos: tuple[str, ...]) -> Conversation:
    conversation = turn.conversation
    given = Answer(AnswerState.ANSWERED, GIVEN, "", conversation.language or ENGLISH, turn.now())
    return conversation._replace(photos=photos, answers={**conversation.answers, PHOTOS: given})


def _counted(phrase: Phrase, count: int) -> Reply:
    return Reply(phrase, {"count": str(count), "most": str(MOST_PHOTOS)})


def _refusals(texts: Texts) -> Mapping[Refusal, Phrase]:
    return {
        Refusal.TOO_BIG: texts.photo_too_big,
        Refusal.TOO_MANY_PIXELS: texts.photo_too_big,
        Refusal.NOT_A_PICTURE: texts.photo_not_a_picture,
        Refusal.NOT_FETCHED: texts.photo_not_fetched,
        Refusal.TOO_MANY: texts.photo_too_many,
        Refusal.NOT_NOW: texts.photo_not_now,
    }
