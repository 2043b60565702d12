"""The picture of a phone: what each channel would show of a talk, and what text messages cost. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.core.asking import Knowledge
from bot.core.conversation import Entry
from bot.core.flow import Step
from bot.core.phrases import ENGLISH, Language
from bot.handset import is_provider_word, sms_texts, telegram_message, whatsapp_texts
from bot.longtext import parts as telegram_parts
from bot.rehearsal import Played, open_step
from bot.segments import not_gsm, segments
from bot.webpage import Said, exchanges
from bot.wording import Labelled, Message

MOST_NAMED = 12  # characters outside GSM; of Arabic it is nearly all


@dataclass(frozen=True, slots=True)
class Size:
    """How a text message is sent: its alphabet, and the characters that ask for the larger one."""

    characters: int
    parts: int
    alphabet: str
    outside: str  # "" where there are many

    @classmethod
    def of(cls, text: str) -> "Size":
        outside = not_gsm(text)
        alphabet = "UCS-2" if outside else "GSM-7"
        return cls(len(text), segments(text), alphabet, outside if len(outside) <= MOST_NAMED else "")


@dataclass(frozen=True, slots=True)
class Screen:
    """What a phone shows of one message and the reply to it."""

    turn: Played
    language: Language
    asks: Step | None
    said_size: Size | None = None  # of a text message
    texts: tuple[str, ...] = ()  # messages of a phone
    sizes: tuple[Size, ...] = ()  # of the text messages
    page: tuple[Said, ...] = ()  # of the web chat
    question: Message | None = None  # whose options can be pressed

    @property
    def options(self) -> tuple[Labelled, ...]:
        return self.question.options if self.question else ()

    @property
    def is_long(self) -> bool:
        return bool(self.turn.messages) and self.turn.messages[-1].entry is Entry.LONG

    @property
    def unheard(self) -> bool:
        """Whether Twilio answers this word itself, so that ours is not sent."""
        return self.said_size is not None and bool(self.turn.messages) and not self.texts


def screens(knowledge: Knowledge, channel: str, played: Iterable[Played]) -> tuple[Screen, ...]:
    """Draw a talk as its channel would."""
    draw = {"sms": _sms, "telegram": _telegram, "web": _web, "whatsapp": _whatsapp}[channel]
    return tuple(draw(knowledge, turn) for turn in played)


def parts(drawn: Iterable[Screen]) -> tuple[int, int]:
    """Return how many parts of text messages came in and went out."""
    drawn = tuple(drawn)
    return (
        sum(screen.said_size.parts for screen in drawn if screen.said_size),
        sum(size.parts for screen in drawn for size in screen.sizes),
    )


def _sms(knowledge: Knowledge, turn: Played) -> Screen:
    texts = () if is_provider_word(turn.said) else sms_texts(turn.messages)
    sizes = tuple(map(Size.of, texts))
    return replace(_bare(knowledge, turn), said_size=Size.of(turn.said), texts=texts, sizes=sizes)


def _whatsapp(knowledge: Knowledge, turn: Played) -> Screen:
    return replace(_bare(knowledge, turn), texts=whatsapp_texts(turn.messages))


def _telegram(knowledge: Knowledge, turn: Played) -> Screen:
    if not turn.messages:
        return _bare(knowledge, turn)
    head, question, asked = telegram_message(turn.messages)
    return replace(_bare(knowledge, turn), texts=telegram_parts(head, question), question=asked)


def _web(knowledge: Knowledge, turn: Played) -> Screen:
    drawn = exchanges((turn,), knowledge.phrasebook)
    if not drawn:
        return _bare(knowledge, turn)
    return replace(_bare(knowledge, turn), page=drawn[0].messages, question=drawn[0].question)


def _bare(knowledge: Knowledge, turn: Played) -> Screen:
    language = turn.messages[0].language if turn.messages else turn.after.language or ENGLISH
    return Screen(turn, knowledge.phrasebook.language(language), open_step(knowledge, turn.after))
