"""In which language: asked before anything else, changed at any moment, never costing an answer."""

from bot.core.commands import Called, Command, language_names
from bot.core.conversation import Conversation, Entry, Option, Reply, Stage
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.core.safety import card, danger_in, language_of
from bot.core.turn import LONGEST_MESSAGE, Outcome, Turn, afresh, asked, begin

LANGUAGE_STEP = "language"
DIGITS_LIKE_A_CODE = 12
FEW_LETTERS = 2  # of another language: one may be in a name
STORY_OPENING_WORDS = 4  # a message this long is no greeting: it is kept for the story


def choose(turn: Turn, command: Called | None) -> Outcome:
    """Ask in which language, unless the message says it."""
    if command is not None and command.command is Command.LANGUAGE and command.argument:
        return speak(turn, command.argument)
    if command is not None and command.command is Command.STOP:
        stopped = turn.conversation._replace(stage=Stage.STOPPED)
        return Outcome(stopped, (Reply(turn.knowledge.texts.stopped),))
    offered = offer(turn.with_(keep_telling(turn)))
    return offered._replace(replies=(*_cards(turn), *offered.replies))


def offer(turn: Turn) -> Outcome:
    """Offer each language in its own words; the question above them in all of them."""
    phrasebook, question = turn.knowledge.phrasebook, turn.knowledge.texts.choose_language
    languages = phrasebook.languages
    asked_in_all = " / ".join(dict.fromkeys(phrasebook.text(question, one.code) for one in languages))
    options = tuple(Option(language.code, Phrase("", language.own_name)) for language in languages)
    menu = Reply(Phrase("", asked_in_all), options=options, step=LANGUAGE_STEP, entry=Entry.NONE)
    return Outcome(turn.conversation._replace(choosing=LANGUAGE_STEP), (menu,))


def speak(turn: Turn, code: str) -> Outcome:
    """Go on in another language, the open question put again."""
    conversation, known = turn.conversation, turn.knowledge
    if code not in {language.code for language in known.phrasebook.languages}:
        return offer(turn)
    spoken = conversation._replace(language=code, choosing="")
    if conversation.language is None:
        return begin(known, spoken)
    if conversation.stage is Stage.OVER:
        return begin(known, afresh(known, spoken))
    return asked(known, spoken, Reply(known.texts.language_changed))


def chosen(turn: Turn) -> str:
    """Return the language a message means by its name, or by its number in the menu.

    Only while a language is asked for: "Polish" can also be why something happened.
    """
    conversation, said, phrasebook = turn.conversation, turn.said, turn.knowledge.phrasebook
    asked_for = conversation.choosing == LANGUAGE_STEP
    if not said or not (asked_for or conversation.language is None):
        return ""
    if asked_for and said.isdecimal():
        place = int(said[:3]) - 1
        return phrasebook.languages[place].code if 0 <= place < len(phrasebook.languages) else ""
    return language_names(phrasebook).get(said, "")


def written_in(text: str, sample: Phrase, phrasebook: Phrasebook) -> str:
    """Return the language a text names, or whose own letters it has; English where neither shows.

    The own letters of a language are those that the sample has in it and English does not know.
    """
    named = language_names(phrasebook).get(normal(text))
    if named is not None:
        return named
    letters = [letter for letter in text.casefold() if letter.isalpha() and not letter.isascii()]
    shown = {
        one.code: sum(letter in phrasebook.text(sample, one.code).casefold() for letter in letters)
        for one in phrasebook.languages
    }
    best = max(shown, key=lambda code: shown[code])
    return best if shown[best] >= FEW_LETTERS else ENGLISH


def keep_telling(turn: Turn) -> Conversation:
    """Keep a message that tells something before its question was asked; it waits for the story."""
    conversation, text = turn.conversation, turn.inbound.text.strip()
    if len(text.split()) < STORY_OPENING_WORDS or len(text) > LONGEST_MESSAGE:
        return conversation
    if sum(map(str.isdecimal, text)) >= DIGITS_LIKE_A_CODE:  # with it a draft would open a report
        return conversation
    return conversation._replace(parts=(*conversation.parts, text))


def _cards(turn: Turn) -> tuple[Reply, ...]:
    """Show at once what a first message in danger needs, in the language of its words."""
    texts, phrasebook = turn.knowledge.texts, turn.knowledge.phrasebook
    danger = danger_in(turn.said, texts, phrasebook) if turn.said else None
    if danger is None:
        return ()
    language = language_of(danger, turn.said, texts, phrasebook)
    return (Reply(Phrase("", phrasebook.text(card(danger, texts), language))),)
