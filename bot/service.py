"""receive(): one message, one transaction. The only place where a message changes anything."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy.exc import DBAPIError, IntegrityError

from bot import album, store
from bot.album import Picture, Pictures
from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Inbound, Pressed, Reply
from bot.core.effects import Add, Give, LookUp, TakeAllBack, TakeBack
from bot.core.engine import Outcome, advance, tell_found, tell_given
from bot.core.normal import clean
from bot.core.phrases import ENGLISH
from bot.core.pictures import room_for_photos
from bot.core.pressing import labels_pressed
from bot.core.returning import made_for_client
from bot.core.turn import start
from bot.drafts import DraftCipher, NoDraftKey
from bot.forwarding import Forwarding, Numbers, Write, nothing
from bot.keeping import kept
from bot.media import Media
from bot.store import After, Loaded, Raced, Turn
from bot.wording import Message, put_into_words
from casebridge.area import Area
from casebridge.chance import fresh_token
from casebridge.database import Database
from casebridge.recipients import Recipients

TURN_KEPT = timedelta(hours=48)  # providers repeat for at most a day
LAST_TURN_KEPT = timedelta(hours=24)  # the reply that holds the return code
MOST_TRIES = 20  # of a message that met another of the same person, or its own twin: one of them wins each


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as a channel hands it over. `address` is opaque and never parsed here.

    `witness` is something only the person's own request carries and nothing here stores. What is
    said and replied is encrypted with it: it may hold a return code, given or brought back, and
    with the code a copy of the database would open a report.
    """

    channel: str
    address: str
    message_id: str
    witness: str
    text: str = ""
    pressed: Pressed | None = None
    language: str | None = None
    attachment: bool = False  # something that is neither words nor a picture
    media: tuple[Media, ...] = ()  # pictures, not fetched yet


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What answering a message needs, joined once at start."""

    knowledge: Knowledge
    database: Database
    cipher: DraftCipher
    recipients: Recipients
    area: Area
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _unused: deque[Numbers] = field(default_factory=deque, init=False, repr=False)
    _forwarding: Forwarding = field(init=False, repr=False)

    def __post_init__(self) -> None:
        forwarding = Forwarding(self.database, self.recipients, self.area)
        object.__setattr__(self, "_forwarding", forwarding)

    def receive(self, arrival: Arrival) -> tuple[Message, ...]:
        """Answer a message: the whole turn is stored, or nothing of it.

        A message that was answered before gets the very same answer and moves nothing.
        Raises sqlalchemy OperationalError while the database is away.
        """
        pictures = Pictures(arrival.media)
        for _ in range(MOST_TRIES):
            numbers = self._numbers()
            try:
                return self._turn(arrival, numbers, pictures)
            except (IntegrityError, Raced):  # another message of theirs, or this one's twin, was first
                continue
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # the database was restarted under a connection kept open: a new one may do
        raise Raced

    def history(self, channel: str, address: str, witness: str) -> tuple[Turn, ...]:
        """Return what was said in a conversation so far, for a page that shows it whole."""
        key = self.cipher.hash(channel, address)
        with self.database.read() as connection:
            rows = store.history(connection, key)
        return tuple(store.open_turn(self.cipher, turn, body, witness) for turn, body in rows)

    def forget(self, channel: str, address: str) -> None:
        """End a conversation and remove what was not sent."""
        with self.database.begin() as connection:
            store.forget(connection, self.cipher.hash(channel, address))

    def _numbers(self) -> Numbers:
        """Return numbers no report has; most turns give them back."""
        try:
            return self._unused.pop()
        except IndexError:
            return Numbers.make(self.recipients.pepper)

    def _turn(self, arrival: Arrival, numbers: Numbers, pictures: Pictures) -> tuple[Message, ...]:
        key = self.cipher.hash(arrival.channel, arrival.address)
        turn = self.cipher.hash(arrival.channel, arrival.address, arrival.message_id)
        loaded = self.database.look(lambda line: store.load(line, self.cipher, key, turn))
        if loaded.replied is not None:
            self._unused.append(numbers)
            return self._repeat(turn, loaded.replied, arrival)
        before = loaded.conversation or start(self.knowledge, arrival.channel)
        if arrival.media:
            pictures.read(room_for_photos(self.knowledge, before))
        inbound = self._inbound(arrival, before, numbers, pictures)
        drafts = partial(self._drafts, key, before, pictures)
        outcome, write = self._carried_out(before, inbound, numbers, drafts)
        messages = self._say(outcome, before)
        until = _kept_until(outcome, arrival.channel, inbound.at, deed=write is not nothing)
        after = self._after(loaded, outcome, arrival, turn, messages, until)
        kept = outcome.conversation.photos
        if not outcome.effects and write is nothing:
            self._unused.append(numbers)
            if kept == before.photos:
                self.database.write(lambda line: store.save(line, after))
                return messages
        keep = album.changes(self.cipher, key, before.photos, kept, pictures.kept)
        with self.database.begin() as connection:
            write(connection)
            keep(connection)
            if outcome.effects:
                store.forget_turns(connection, key)
            store.save(connection, after)
        return messages

    def _carried_out(
        self,
        before: Conversation,
        inbound: Inbound,
        numbers: Numbers,
        drafts: Callable[[], Mapping[str, Picture]],
    ) -> tuple[Outcome, Write]:
        """Answer; ask the forwarding side what the engine wants to know; return what writes the rest."""
        outcome = advance(self.knowledge, before, inbound)
        known, conversation, outside = self.knowledge, outcome.conversation, self._forwarding
        match outcome.effects:
            case ():
                return outcome, nothing
            case (LookUp() as look,):
                found, write = outside.look_up(look, inbound.at, numbers)
                told = tell_found(known, conversation, inbound, found)
                return told._replace(replies=(*outcome.replies, *told.replies)), write
            case (Give() as give,):
                given = outside.give(give, inbound.at)
                told = tell_given(known, conversation, inbound, give.consent, given=given is not None)
                return told, given or nothing
            case (Add() | TakeBack() | TakeAllBack() as change,):
                reference, for_client = before.reference or "", made_for_client(before)
                if not outside.may(change, for_client=for_client):
                    look = LookUp(reference=reference, not_for=(reference,) if for_client else ())
                    found, write = outside.look_up(look, inbound.at, numbers)
                    told = tell_found(known, before, inbound, found)
                    unchanged = Reply(known.texts.unchanged)
                    return told._replace(replies=(unchanged, *told.replies)), write
        return outcome, outside.write(outcome.effects, inbound.at, numbers.keys, drafts)

    def _drafts(self, key: bytes, before: Conversation, pictures: Pictures) -> Mapping[str, Picture]:
        """Return the pictures kept so far and those that came with this message."""
        if not before.photos:
            return pictures.kept
        with self.database.read() as connection:
            return {**album.drafts(connection, self.cipher, key), **pictures.kept}

    def _repeat(self, turn: bytes, replied: bytes, arrival: Arrival) -> tuple[Message, ...]:
        try:
            return store.open_turn(self.cipher, turn, replied, arrival.witness).messages
        except NoDraftKey:  # same id, another request: nothing of the first is told to the second
            return ()

    def _inbound(
        self, arrival: Arrival, before: Conversation, numbers: Numbers, pictures: Pictures
    ) -> Inbound:
        return Inbound(
            text=clean(arrival.text),
            at=self.now(),
            pressed=arrival.pressed,
            language=arrival.language,
            reference=numbers.reference,
            code=numbers.code,
            addition=str(uuid4()) if before.reference else "",
            attachment=arrival.attachment or bool(arrival.media),
            photos=tuple(pictures.kept),
            refused=pictures.refused,
        )

    def _say(self, outcome: Outcome, before: Conversation) -> tuple[Message, ...]:
        language = outcome.conversation.language or before.language or ENGLISH
        messages = put_into_words(outcome.replies, language, self.knowledge.phrasebook, self.knowledge.texts)
        if not messages or not messages[-1].options:
            return messages
        return (*messages[:-1], replace(messages[-1], token=fresh_token()))

    def _after(
        self,
        loaded: Loaded,
        outcome: Outcome,
        arrival: Arrival,
        turn: bytes,
        messages: tuple[Message, ...],
        until: tuple[datetime, datetime],
    ) -> After:
        """Encrypt what is to be stored. `until`: when the conversation and when the turn is removed."""
        flow = loaded.conversation.flow if loaded.conversation else outcome.conversation.flow
        said = self._said(arrival, messages[0].language if messages else ENGLISH, flow)
        return After(
            key=loaded.key,
            version=loaded.version + 1,
            state=store.seal_state(self.cipher, loaded.key, outcome.conversation),
            expires_at=until[0],
            turn=turn,
            body=store.seal_turn(self.cipher, turn, said, messages, arrival.witness),
            turn_expires_at=until[1],
        )

    def _said(self, arrival: Arrival, language: str, flow: str) -> str:
        """Return what the person said, a button by what was written on it."""
        if arrival.pressed is None:
            return arrival.text
        known = self.knowledge
        labels = (
            known.phrasebook.text(label, language) for label in labels_pressed(known, arrival.pressed, flow)
        )
        return "\n".join((*filter(None, (arrival.text,)), ", ".join(labels)))


def _kept_until(outcome: Outcome, channel: str, now: datetime, *, deed: bool) -> tuple[datetime, datetime]:
    """Return until when a conversation and this turn of it are kept. A deed may have told a return code."""
    conversation = outcome.conversation
    ended = bool(outcome.effects) or conversation.reference is not None
    turn_kept = kept(conversation.stage) if channel == "web" else TURN_KEPT
    expires_at = _to_the_hour(now + kept(conversation.stage, ended=ended))
    return expires_at, now + (LAST_TURN_KEPT if deed else turn_kept)


def _to_the_hour(moment: datetime) -> datetime:
    """Return the next full hour: the same for most turns of a talk, so no index changes with them."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if hour == moment else hour + timedelta(hours=1)
