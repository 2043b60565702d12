"""Words that show danger, and the cards for them. A card never blocks a report and never lowers anything."""

import re
from enum import StrEnum
from functools import lru_cache

from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.core.texts import Texts

_TOKEN = re.compile(r"[\w']+")


class Danger(StrEnum):
    """How a message may show danger."""

    NOW = "now"  # the whole message is a call for help
    CONCERN = "concern"  # a word of violence somewhere in it
    SELF_HARM = "self_harm"


def danger_in(said: str, texts: Texts, phrasebook: Phrasebook) -> Danger | None:
    """Look for danger in a normalised message, in every language, whole words only."""
    if said in _calls(texts, phrasebook):
        return Danger.NOW
    if len(said) < 3 or said.isdecimal():
        return None
    tokens = _TOKEN.findall(said)
    starts = _starts(texts, phrasebook)
    if starts.keys().isdisjoint(tokens):
        return None
    found = {
        danger
        for at, token in enumerate(tokens)
        for phrase, danger in starts.get(token, ())
        if tuple(tokens[at : at + len(phrase)]) == phrase
    }
    return max(found, default=None, key=(Danger.CONCERN, Danger.SELF_HARM).index)


def card(danger: Danger, texts: Texts) -> Phrase:
    """Return what a person is told at once."""
    match danger:
        case Danger.NOW:
            return texts.danger_card
        case Danger.CONCERN:
            return texts.concern_card
        case Danger.SELF_HARM:
            return texts.self_harm_card


def language_of(danger: Danger, said: str, texts: Texts, phrasebook: Phrasebook) -> str:
    """Return the language whose words showed the danger, for somebody who has not chosen one yet."""
    words = {
        Danger.NOW: texts.danger_words,
        Danger.CONCERN: texts.concern_words,
        Danger.SELF_HARM: texts.self_harm_words,
    }
    for language in phrasebook.languages:
        own = phrasebook.normal_words(words[danger], language.code)
        if said in own or any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in own):
            return language.code
    return ENGLISH


@lru_cache(maxsize=8)
def _calls(texts: Texts, phrasebook: Phrasebook) -> frozenset[str]:
    return frozenset(
        word
        for language in phrasebook.languages
        for word in phrasebook.normal_words(texts.danger_words, language.code)
    )


@lru_cache(maxsize=8)
def _starts(texts: Texts, phrasebook: Phrasebook) -> dict[str, list[tuple[tuple[str, ...], Danger]]]:
    """Return the phrases that show danger inside a message, by their first word."""
    starts: dict[str, list[tuple[tuple[str, ...], Danger]]] = {}
    for danger, words in ((Danger.CONCERN, texts.concern_words), (Danger.SELF_HARM, texts.self_harm_words)):
        for language in phrasebook.languages:
            for word in phrasebook.normal_words(words, language.code):
                phrase = tuple(_TOKEN.findall(word))
                starts.setdefault(phrase[0], []).append((phrase, danger))
    return starts
