"""In which language: asked before anything else, changed at any moment, never costing an answer."""

from dataclasses import replace

from bot.core.commands import Called, Command
from bot.core.conversation import Entry, Option, Reply, Stage
from bot.core.phrases import Phrase
from bot.core.safety import card, danger_in, language_of
from bot.core.turn import LONGEST_MESSAGE, Outcome, Turn, asked, begin

LANGUAGE_STEP = "language"
STORY_OPENING_WORDS = 4  # a first message this long is no greeting: it is kept for the story


def choose(turn: Turn, command: Called | None) -> Outcome:
    """Ask in which language, unless the message says it."""
    conversation, texts = turn.conversation, turn.knowledge.texts
    if command is not None and command.command is Command.LANGUAGE and command.argument:
        return speak(turn, command.argument)
    if command is not None and command.command is Command.STOP:
        return Outcome(replace(conversation, stage=Stage.STOPPED), (Reply(texts.stopped),))
    chosen = _numbered(turn)
    if chosen:
        return speak(turn, chosen)
    text = turn.inbound.text.strip()
    if len(text.split()) >= STORY_OPENING_WORDS and len(text) <= LONGEST_MESSAGE:
        conversation = replace(conversation, parts=(*conversation.parts, text))
    shown = replace(conversation, misses=conversation.misses + 1)
    return Outcome(shown, (*_cards(turn), _menu(turn)))


def speak(turn: Turn, code: str) -> Outcome:
    """Go on in another language, the open question put again."""
    conversation, known = turn.conversation, turn.knowledge
    if code not in {language.code for language in known.phrasebook.languages}:
        return Outcome(conversation, (_menu(turn),))
    spoken = replace(conversation, language=code)
    if conversation.language is None:
        return begin(known, replace(spoken, misses=0))
    return asked(known, spoken, Reply(known.texts.language_changed))


def _cards(turn: Turn) -> tuple[Reply, ...]:
    """Show at once what a first message in danger needs, in the language of its words."""
    texts, phrasebook = turn.knowledge.texts, turn.knowledge.phrasebook
    danger = danger_in(turn.said, texts, phrasebook) if turn.said else None
    if danger is None:
        return ()
    language = language_of(danger, turn.said, texts, phrasebook)
    return (Reply(Phrase("", phrasebook.text(card(danger, texts), language))),)


def _numbered(turn: Turn) -> str:
    """A bare number answers the menu of languages, once it has been shown."""
    languages = turn.knowledge.phrasebook.languages
    said = turn.said
    if turn.conversation.misses and said.isdecimal() and 1 <= int(said[:3]) <= len(languages):
        return languages[int(said[:3]) - 1].code
    return ""


def _menu(turn: Turn) -> Reply:
    """Each language in its own words; the question above them in all of them."""
    phrasebook, question = turn.knowledge.phrasebook, turn.knowledge.texts.choose_language
    languages = phrasebook.languages
    asked_in_all = " / ".join(phrasebook.text(question, language.code) for language in languages)
    options = tuple(Option(language.code, Phrase("", language.own_name)) for language in languages)
    return Reply(Phrase("", asked_in_all), options=options, step=LANGUAGE_STEP, entry=Entry.NONE)
