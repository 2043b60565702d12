"""Phrases and the book that holds them in every language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.normal import normal

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence or a list of words: where it stands (stable) and its English text."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class Language:
    """One language of locales/languages.yaml."""

    code: str  # BCP 47
    own_name: str
    direction: str  # "ltr" or "rtl"
    formats: str  # the locale whose dates and plurals it uses
    names: tuple[str, ...]  # what people type to choose it, beside its code and own name
    checked: bool  # a person has checked safety and consent texts


@dataclass(frozen=True, slots=True, eq=False)
class Phrasebook:
    """Every phrase in every language on offer. English is the text of the phrase itself."""

    languages: tuple[Language, ...]
    translations: Mapping[str, Mapping[tuple[str, str], str]]
    _words: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False)

    def language(self, code: str) -> Language:
        """Return the language with that code, or the first, English."""
        for language in self.languages:
            if language.code == code:
                return language
        return self.languages[0]

    def text(self, phrase: Phrase, language: str) -> str:
        """Return the phrase in that language, or in English where it has none."""
        catalogue = self.translations.get(language)
        if catalogue is None:
            return phrase.text
        return catalogue.get((phrase.context, phrase.text), phrase.text)

    def words(self, phrase: Phrase, language: str) -> tuple[str, ...]:
        """Return what a person may type, from a phrase that is a list: "yes, yeah, yep"."""
        text = self.text(phrase, language).replace("،", ",").replace("、", ",")
        return tuple(word.strip() for word in text.split(",") if word.strip())

    def normal_words(self, phrase: Phrase, language: str) -> frozenset[str]:
        """Return those words in the form messages are compared in."""
        key = (language, phrase.context)
        words = self._words.get(key)
        if words is None:
            words = frozenset(map(normal, self.words(phrase, language))) - {""}
            self._words[key] = words
        return words

    def normal_names(self, language: Language) -> frozenset[str]:
        """Return what a language may be called, in the form messages are compared in."""
        return frozenset(map(normal, (language.code, language.own_name, *language.names)))
