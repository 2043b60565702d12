"""Which choice of a step a message means: spelt out, numbered, wrapped in small words, or misspelt."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from bot.core.flow import Kind, Step
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.core.reading import Doubt, Reading

NEAR = 0.85  # how alike a misspelt label must be
NEAR_MARGIN = 0.10  # and how much more than the next one
NEAR_LENGTH = 4  # shorter words are too easily another word ("now" and "no")


def one_of(step: Step, said: str, reading: Reading) -> str | None:
    """Find the one choice whose number, label or other word is the whole message."""
    for words in _unwrapped(step, said, reading):
        if words.isdecimal():
            index = int(words) - 1 if len(words) <= 2 and words[0] != "0" else -1
            known = 0 <= index < len(step.choices) and step.choices[index].listed
            return step.choices[index].value if known else None
        value = aliases(step, reading.language, reading.phrasebook).get(words)
        if value is not None:
            return value
    return None


def _unwrapped(step: Step, said: str, reading: Reading) -> Iterator[str]:
    """Yield a message as it is, then without "please", "number" or "on the" around the answer."""
    yield said
    texts = reading.texts
    polite = _longest_first(texts.polite_words, reading)
    while said.endswith(polite) and (word := next((w for w in polite if said.endswith(f" {w}")), None)):
        said = said.removesuffix(f" {word}").rstrip(" ,.!")
    yield said
    before, _, number = said.rpartition(" ")
    if number.isdecimal() and is_word(before, texts.number_words, reading):
        yield number
    if step.kind not in (Kind.CHOICE, Kind.CHOICES, Kind.THEMES, Kind.PLACE):
        return
    leading = _longest_first(texts.leading_words, reading)
    while said.startswith(leading) and (
        word := next((word for word in leading if said.startswith(f"{word} ")), None)
    ):
        said = said.removeprefix(f"{word} ")
        if said.isdecimal():  # "at 3" is a time
            return
        if not is_word(said, texts.filler_words, reading):  # "on no" is no "no"
            yield said


def near_one(step: Step, said: str, reading: Reading) -> str | Doubt:
    """Find the one choice that a slip of the finger away is the whole message."""
    best: dict[str, float] = {}
    matcher = SequenceMatcher(None, b=said)
    for alias, value in _aliases_from(step, said[:1], reading.language, reading.phrasebook):
        if _may_be_a_slip(said, alias):
            matcher.set_seq1(alias)
            ratio = matcher.ratio() if matcher.real_quick_ratio() >= NEAR else 0.0
            best[value] = max(best.get(value, 0.0), ratio)
    ranked = sorted(best, key=best.__getitem__, reverse=True)
    if not ranked or best[ranked[0]] < NEAR:
        return Doubt.UNCLEAR
    if len(ranked) > 1 and best[ranked[0]] - best[ranked[1]] < NEAR_MARGIN:
        return Doubt.UNCLEAR
    return ranked[0]


@lru_cache(maxsize=4096)
def _aliases_from(
    step: Step, letter: str, language: str, phrasebook: Phrasebook
) -> tuple[tuple[str, str], ...]:
    """Return what may be typed for a choice and begins with one letter: a slip begins alike."""
    known = aliases(step, language, phrasebook)
    listed = {choice.value for choice in step.choices if choice.listed}  # what is not offered is not guessed
    return tuple(
        (alias, value) for alias, value in known.items() if alias.startswith(letter) and value in listed
    )


def _may_be_a_slip(said: str, alias: str) -> bool:
    """Say whether only longer words differ, and each still starts alike.

    Otherwise "no harassment" is near to "harassment", and "they disagree" to "they agree".
    """
    if abs(len(alias) - len(said)) > 3:
        return False
    words, others = said.split(" "), alias.split(" ")
    pairs = [(word, other) for word, other in zip(words, others, strict=False) if word != other]
    return len(words) == len(others) and all(
        word[0] == other[0] and min(len(word), len(other)) >= NEAR_LENGTH for word, other in pairs
    )


def _longest_first(phrase: Phrase, reading: Reading) -> tuple[str, ...]:
    return _sorted_words(phrase, reading.language, reading.phrasebook)


@lru_cache(maxsize=256)
def _sorted_words(phrase: Phrase, language: str, phrasebook: Phrasebook) -> tuple[str, ...]:
    return tuple(sorted(words_of(phrase, language, phrasebook), key=len, reverse=True))


@lru_cache(maxsize=4096)
def aliases(step: Step, language: str, phrasebook: Phrasebook) -> dict[str, str]:
    """Return everything that may be typed for a choice; a word of two choices means neither."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for choice in step.choices:
        for alias in aliases_of(choice.label, choice.words, language, phrasebook):
            if found.setdefault(alias, choice.value) != choice.value:
                twice.add(alias)
    return {alias: value for alias, value in found.items() if alias not in twice}


def aliases_of(label: Phrase, words: Phrase | None, language: str, phrasebook: Phrasebook) -> frozenset[str]:
    """Return the label and the other words of one choice, in its language and in English."""
    found = {normal(phrasebook.text(label, code)) for code in (language, ENGLISH)}
    return frozenset((found | words_of(words, language, phrasebook) if words else found) - {""})


def words_of(phrase: Phrase, language: str, phrasebook: Phrasebook) -> frozenset[str]:
    here = phrasebook.normal_words(phrase, language)
    return here if language == ENGLISH else here | phrasebook.normal_words(phrase, ENGLISH)


def is_word(said: str, phrase: Phrase, reading: Reading) -> bool:
    """Say whether the whole message is one of the words of `phrase`, here or in English."""
    return said in words_of(phrase, reading.language, reading.phrasebook)


def was_near(step: Step, said: str, reading: Reading) -> bool:
    """Say whether a message was taken for a choice it does not spell."""
    return step.kind in (Kind.CHOICE, Kind.YES_NO) and one_of(step, said, reading) is None
