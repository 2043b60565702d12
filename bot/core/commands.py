"""Words that work anywhere, whole message only, in every language at once."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bot.core.phrases import Phrasebook
from bot.core.texts import Texts


class Command(StrEnum):
    """What a person can ask for at any moment."""

    HELP = "help"
    BACK = "back"
    SKIP = "skip"
    CHANGE = "change"
    LANGUAGE = "language"
    LATER = "later"
    DELETE = "delete"
    WIPE = "wipe"
    MENU = "menu"
    NEW = "new"
    PRACTICE = "practice"
    STOP = "stop"
    START = "start"


PROVIDER_WORDS = frozenset(
    "stop stopall unsubscribe end quit cancel revoke optout start yes unstop help info".split()  # noqa: SIM905
)
"""What Twilio takes for itself on a long number, English only; never needed to finish a report."""


@dataclass(frozen=True, slots=True)
class Called:
    """A command, and what came with it: the 3 of "change 3", the language of "lang polski"."""

    command: Command
    argument: str = ""


def called(said: str, texts: Texts, phrasebook: Phrasebook) -> Called | None:
    """Return the command that a normalised message is, if it is one."""
    words = command_words(texts, phrasebook)
    command = words.get(said)
    if command is not None:
        return Called(command)
    if len(said) > 40:
        return None
    names = language_names(phrasebook)
    first, _, rest = said.partition(" ")
    command = words.get(first)
    if command is Command.CHANGE and rest.isdecimal():
        return Called(command, rest)
    if command is Command.LANGUAGE and rest in names:
        return Called(command, names[rest])
    return None


@lru_cache(maxsize=8)
def command_words(texts: Texts, phrasebook: Phrasebook) -> dict[str, Command]:
    """Return every word of every language and the command it stands for."""
    return {
        word: command
        for language in phrasebook.languages
        for command in Command
        for word in phrasebook.normal_words(getattr(texts, f"{command}_words"), language.code)
    }


@lru_cache(maxsize=8)
def language_names(phrasebook: Phrasebook) -> dict[str, str]:
    """Return what a language may be called, and its code."""
    return {
        name: language.code for language in phrasebook.languages for name in phrasebook.normal_names(language)
    }
