"""The house rules of English wording: short sentences, and nothing that leads, blames or promises. Pure.

From what practice with people who report hate found: HMICFRS (one question why, never as a test),
Newcastle's ARCH (no proof is needed), GOV.UK (at most 25 words a sentence; ours are stricter). What is not
said is data, flows/wording.yaml. How long a text message may be is in `bot.segments`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.collisions import WordFlaw
from bot.core.phrases import ENGLISH, Phrase

LONGEST_SENTENCE = 20  # words, in a question or in what is said between questions
AVERAGE_SENTENCE = 12  # words, over all of them
ANY_WORDS = 3  # at most so many for a `*` that stands alone

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?![a-z])|\n+")  # "e.g. a park" goes on
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")
_PATTERN_WORD = re.compile(rf"(?:{_WORD.pattern})\*?|\*")


class Harm(StrEnum):
    """What a phrase does to the person who reads it."""

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
        return self._pattern.search(f"{' '.join(_WORD.findall(_folded(sentence)))} ") is not None


def length_flaws(questions: Iterable[Phrase]) -> Iterator[WordFlaw]:
    """Yield questions with too long a sentence, and one flaw if all together are too long-winded."""
    asked = [(phrase, words(sentence)) for phrase in questions for sentence in sentences(phrase.text)]
    for phrase, length in asked:
        if length > LONGEST_SENTENCE:
            says = f"has a sentence of {length} words, at most {LONGEST_SENTENCE} are wanted"
            yield WordFlaw(phrase, ENGLISH, says)
    total = sum(length for _, length in asked)
    if total > AVERAGE_SENTENCE * len(asked):
        longest, _ = max(asked, key=lambda one: one[1])
        says = (
            f"has the longest sentence of all questions, which have {total / len(asked):.2f} words"
            f" a sentence on average, at most {AVERAGE_SENTENCE} are wanted"
        )
        yield WordFlaw(longest, ENGLISH, says)


def avoided_flaws(phrases: Iterable[Phrase], avoided: Iterable[Avoided]) -> Iterator[WordFlaw]:
    """Yield phrases that say what is not said. Lists of words are what people type: they are free."""
    avoided = tuple(avoided)
    for phrase in phrases:
        said = () if phrase.context.endswith("words") else sentences(phrase.text)
        for one in avoided:
            if any(map(one.stands_in, said)):
                yield WordFlaw(phrase, ENGLISH, f"says '{one.phrase}', which is {one.harm}: {one.why}")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text: each ends with . ! or ? before a space, or with its line."""
    return tuple(sentence for sentence in _SENTENCE_END.split(text) if words(sentence))


def words(sentence: str) -> int:
    """Return how many words stand between spaces; a dash alone is none."""
    return sum(any(map(str.isalnum, word)) for word in sentence.split())


def _pattern(phrase: str) -> re.Pattern[str]:
    """Compile a phrase for a sentence in which one space follows every word."""
    parts = (
        rf"(?:\S+ ){{0,{ANY_WORDS}}}" if word == "*" else re.escape(word).replace(r"\*", r"\S*") + " "
        for word in _PATTERN_WORD.findall(_folded(phrase))
    )
    return re.compile(rf"(?<!\S){''.join(parts)}")


def _folded(text: str) -> str:
    return text.casefold().replace("’", "'").replace("%%", "%")  # as a page's text writes it
