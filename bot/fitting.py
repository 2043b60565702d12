"""Replies put into words that arrive whole: where they are too long, less of a person's own words is said.

So the question that ends a reply always comes with all its options. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.core.asking import Knowledge
from bot.core.conversation import Reply
from bot.core.cutting import shortened
from bot.handset import fits
from bot.wording import Message, put_into_words

SHORTEST = 40  # characters of a person's own words: no code, name or number of theirs is longer

_FITS: Mapping[str, Callable[[tuple[Message, ...]], bool]] = {"sms": fits, "whatsapp": fits}
"""By channel; on any other a reply is said as it is."""


def say_on(
    channel: str, replies: Sequence[Reply], language: str, knowledge: Knowledge
) -> tuple[Message, ...]:
    """Say replies in one language, cutting what is longest of the person's own words in its middle."""
    phrasebook, texts = knowledge.phrasebook, knowledge.texts
    said = put_into_words(replies, language, phrasebook, texts)
    whole = _FITS.get(channel)
    if whole is None or whole(said):
        return said
    most = max((len(words) for reply in replies for words in _own_words(reply).values()), default=0)
    note = Reply(texts.words_left_out)
    while most > SHORTEST and not whole(said):
        most = max(most * 3 // 4, SHORTEST)
        said = put_into_words((note, *(_cut(reply, most) for reply in replies)), language, phrasebook, texts)
    return said


def _own_words(reply: Reply) -> Mapping[str, str]:
    return {name: value for name, value in reply.values.items() if isinstance(value, str)}


def _cut(reply: Reply, most: int) -> Reply:
    cut = {name: shortened(words, most) for name, words in _own_words(reply).items()}
    return replace(reply, values={**reply.values, **cut}) if cut else reply
