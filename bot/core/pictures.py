"""Pictures that come with a message: whether it is their time, what is kept of them, what is said."""

from collections.abc import Mapping

from bot.core.asking import Knowledge, walk
from bot.core.conversation import Answer, Conversation, Refusal, Reply, Stage
from bot.core.flow import PHOTOS, ROLE, Kind
from bot.core.phrases import ENGLISH, Phrase
from bot.core.texts import Texts
from bot.core.turn import Turn, flow_of
from casebridge.report import AnswerState

MOST_PHOTOS = 5
GIVEN = "given"  # what conditions see of PHOTOS


def room_for_photos(knowledge: Knowledge, conversation: Conversation) -> int | None:
    """Return how many more pictures can be kept; None before the story is asked for and after sending."""
    if conversation.language is None or conversation.stage not in (Stage.OPEN, Stage.PAUSED):
        return None
    flow = flow_of(knowledge, conversation)
    path = walk(flow, conversation.answers).path
    if flow.step(ROLE) is None or not any(step.kind is Kind.STORY for step in path):
        return None
    return MOST_PHOTOS - len(conversation.photos)


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


def without_photos(conversation: Conversation) -> Conversation:
    """Drop every picture kept so far."""
    answers = {name: answer for name, answer in conversation.answers.items() if name != PHOTOS}
    return conversation._replace(photos=(), answers=answers)


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
