"""The house rules of English wording: short sentences, and nothing that leads, blames or promises. Pure.

From what practice with people who report hate found: HMICFRS (one question why, never a test), Newcastle's
ARCH (report even without proof), GOV.UK (sentences of at most 25 words). The limits and the list of what
is not said are data, in flows/wording.yaml; a phrase's length in text messages is `bot.segments`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.collisions import WordFlaw
from bot.core.phrases import ENGLISH, Phrase

ANY_WORDS = 3  # what a `*` that stands alone is at most
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")
_PATTERN_WORD = re.compile(r"\*|(?:[^\W_]|'(?=\w))+\*?|%")


class Harm(StrEnum):
    """What a phrase would do to the person who reads it."""

    LEADING = "leading"
    BLAMING = "blaming"
    PROMISING = "promising"
    FRIGHTENING = "frightening"
    JARGON = "jargon"


@dataclass(frozen=True, slots=True)
class Avoided:
    """Words we do not say: plain words; `*` ends any word, and alone is up to three words."""

    phrase: str
    harm: Harm
    why: str
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", _pattern(self.phrase))

    def stands_in(self, sentence: str) -> bool:
        """Return whether a sentence says it, whatever its case and signs."""
        return self._pattern.search(f"{' '.join(_plain_words(sentence))} ") is not None


@dataclass(frozen=True, slots=True)
class Wording:
    """How long sentences of a question may be, and what no phrase says."""

    longest_sentence: int  # in words
    average_sentence: int  # in words, over all questions
    avoided: tuple[Avoided, ...]


def wording_flaws(
    questions: Iterable[Phrase], phrases: Iterable[Phrase], wording: Wording
) -> Iterator[WordFlaw]:
    """Yield questions with too long sentences, and phrases that say what is not said."""
    asked = [(phrase, words(sentence)) for phrase in questions for sentence in sentences(phrase.text)]
    for phrase, length in asked:
        if length > wording.longest_sentence:
            says = f"has a sentence of {length} words, at most {wording.longest_sentence} are wanted"
            yield WordFlaw(phrase, ENGLISH, says)
    total = sum(length for _, length in asked)
    if total > wording.average_sentence * len(asked):
        longest, _ = max(asked, key=lambda one: one[1])
        says = (
            f"all questions have {total / len(asked):.2f} words a sentence on average,"
            f" at most {wording.average_sentence} are wanted; the longest sentence is here"
        )
        yield WordFlaw(longest, ENGLISH, says)
    for phrase in phrases:
        if not phrase.context.endswith("words"):  # what people may type is theirs
            yield from _avoided_flaws(phrase, wording.avoided)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text: each ends with . ! or ? before a space, or with its line."""
    return tuple(sentence for sentence in _SENTENCE_END.split(text) if words(sentence))


def words(sentence: str) -> int:
    """Return how many words stand between spaces; a dash alone is none."""
    return sum(any(map(str.isalnum, word)) for word in sentence.split())


def _avoided_flaws(phrase: Phrase, avoided: Iterable[Avoided]) -> Iterator[WordFlaw]:
    said = sentences(phrase.text)
    for one in avoided:
        if any(map(one.stands_in, said)):
            yield WordFlaw(phrase, ENGLISH, f"says '{one.phrase}', which is {one.harm}: {one.why}")


def _plain_words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


def _pattern(phrase: str) -> re.Pattern[str]:
    """Compile a phrase for a sentence whose every word is followed by one space."""
    parts = (
        rf"(?:\S+ ){{0,{ANY_WORDS}}}" if word == "*" else re.escape(word).replace(r"\*", r"\S*") + " "
        for word in _PATTERN_WORD.findall(phrase.casefold().replace("’", "'"))
    )
    return re.compile(rf"(?<!\S){''.join(parts)}")
