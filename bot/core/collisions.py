"""Words that would be taken for something else: another choice, a command, a call for help. Pure.

Compared in the very form in which messages are understood, and every language together with
English, because both are understood at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from bot.core.commands import PROVIDER_WORDS, Command, called
from bot.core.flow import Step
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.core.safety import Danger, danger_in
from bot.core.texts import Texts

ANSWERS_TOO = frozenset({"yes"})  # a provider's word, but on a number that was not opted out it arrives
_FIRST = (*(f"{command}_words" for command in Command), "danger_words", "done_words", "again_words")
_INSIDE = ("and_words", "concern_words", "self_harm_words")  # looked for within a message, not as a whole


@dataclass(frozen=True, slots=True)
class WordFlaw:
    """One thing wrong with a phrase in one language."""

    phrase: Phrase
    language: str
    says: str


def choice_word_flaws(step: Step, texts: Texts, phrasebook: Phrasebook) -> Iterator[WordFlaw]:
    """Yield labels and words of a step's choices that would not be understood as that choice."""
    english: dict[str, str] = {}
    for language in phrasebook.languages:  # English is the first
        heard = dict(english)
        for choice in step.choices:
            for phrase in (choice.label, choice.words):
                if phrase is None:
                    continue
                yield from _mute_words(phrase, language.code, phrasebook)
                for word in _own_words(phrase, language.code, phrasebook):
                    other = heard.setdefault(word, choice.value)
                    says = f"stands for '{other}' too" if other != choice.value else ""
                    if says := says or _taken(word, texts, phrasebook):
                        yield WordFlaw(phrase, language.code, f"'{word}' {says}")
        english = english or heard


def word_list_flaws(texts: Texts, phrasebook: Phrasebook) -> Iterator[WordFlaw]:
    """Yield words of one of the engine's lists that another list takes first."""
    lists = [field.name for field in fields(Texts) if field.name.endswith("_words")]
    others = [name for name in lists if name not in (*_FIRST, *_INSIDE)]
    owners: dict[str, str] = {}
    for names in (_FIRST, others):
        for language in phrasebook.languages:
            for name in names:
                phrase: Phrase = getattr(texts, name)
                yield from _mute_words(phrase, language.code, phrasebook)
                for word in _own_words(phrase, language.code, phrasebook):
                    owner = owners.setdefault(word, name) if names is _FIRST else owners.get(word, name)
                    if owner != name:
                        yield WordFlaw(phrase, language.code, f"'{word}' is one of {owner} too")


def _own_words(phrase: Phrase, language: str, phrasebook: Phrasebook) -> list[str]:
    """Return what may be typed for a phrase in this language and not in English already."""
    words = _words(phrase, language, phrasebook)
    return sorted(words if language == ENGLISH else words - _words(phrase, ENGLISH, phrasebook))


def _words(phrase: Phrase, language: str, phrasebook: Phrasebook) -> frozenset[str]:
    if _is_list(phrase):
        return phrasebook.normal_words(phrase, language)
    return frozenset({normal(phrasebook.text(phrase, language))}) - {""}


def _mute_words(phrase: Phrase, language: str, phrasebook: Phrasebook) -> Iterator[WordFlaw]:
    """Yield words of which nothing is left in the form messages are compared in: `?`."""
    if language != ENGLISH and phrasebook.text(phrase, language) == phrase.text:
        return
    words = phrasebook.words(phrase, language) if _is_list(phrase) else (phrasebook.text(phrase, language),)
    for word in words:
        if not normal(word):
            yield WordFlaw(phrase, language, f"'{word}' is never understood")


def _is_list(phrase: Phrase) -> bool:
    return phrase.context.endswith("words")


def _taken(word: str, texts: Texts, phrasebook: Phrasebook) -> str:
    """Say what takes a word before a choice could."""
    command = called(word, texts, phrasebook)
    if command is not None:
        return f"is the command {command.command.upper()}"
    if word in PROVIDER_WORDS - ANSWERS_TOO:
        return "is a word the text message provider takes for itself"
    if danger_in(word, texts, phrasebook) is Danger.NOW:
        return "is a call for help"
    return "is read as the number of a choice" if word.isdecimal() else ""
