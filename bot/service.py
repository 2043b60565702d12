"""receive(): one message, one transaction. The only place where a message changes anything."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy.exc import DBAPIError, IntegrityError

from bot import album, awaited, draftcode, entries, optout, store
from bot.album import Drafted, Pictures
from bot.arrival import Arrival
from bot.core.asking import Knowledge
from bot.core.clearing import begun
from bot.core.conversation import Conversation, Inbound, Refusal, Stage
from bot.core.effects import Submit
from bot.core.engine import Outcome
from bot.core.normal import clean
from bot.core.phrases import ENGLISH
from bot.core.pictures import room_for_photos
from bot.core.pressing import labels_pressed
from bot.core.turn import start
from bot.deeds import Deeds
from bot.drafts import DraftCipher, NoDraftKey
from bot.finding import Finding
from bot.fitting import say_on
from bot.following import begin_again, follow
from bot.forwarding import Forwarding, Write, nothing
from bot.keeping import kept, to_the_hour
from bot.numbers import Numbers
from bot.pacing import Paced, Pacing
from bot.store import After, Loaded, Raced, Turn
from bot.wording import Message
from casebridge.area import Area
from casebridge.chance import fresh_token
from casebridge.database import Database
from casebridge.recipients import Recipients

TURN_KEPT = timedelta(hours=48)  # providers repeat for at most a day
LAST_TURN_KEPT = timedelta(hours=24)  # the reply that holds the return code
MOST_TRIES = 20  # of a message that met another of the same person, or its own twin: one of them wins each


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What answering a message needs, joined once at start."""

    knowledge: Knowledge
    database: Database
    cipher: DraftCipher
    recipients: Recipients
    area: Area
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pacing: Pacing = field(default_factory=Pacing)
    _unused: deque[Numbers] = field(default_factory=deque, init=False, repr=False)
    _deeds: Deeds = field(init=False, repr=False)

    def __post_init__(self) -> None:
        forwarding = Forwarding(self.database, self.recipients, self.area)
        finding = Finding(self.knowledge, self.database, self.cipher, forwarding)
        object.__setattr__(self, "_deeds", Deeds(self.knowledge, forwarding, finding))

    def receive(self, arrival: Arrival) -> tuple[Message, ...]:
        """Answer a message: the whole turn is stored, or nothing of it.

        A message that was answered before gets the very same answer and moves nothing.
        Raises sqlalchemy OperationalError while the database is away.
        """
        pictures = Pictures(arrival.media)
        key = self.cipher.hash(arrival.channel, arrival.address)
        who = self.pacing.who(key, arrival.network, arrival.channel)
        self.pacing.message(who)
        paced = Paced(self.pacing, who)
        for _ in range(MOST_TRIES):
            numbers = self._numbers()
            try:
                return self._turn(arrival, paced, numbers, pictures)
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

    def last_heard(self, channel: str, address: str) -> datetime | None:
        """Return when the last message of a conversation came; None where there is none."""
        key = self.cipher.hash(channel, address)
        found = self.database.look(lambda line: store.load(line, self.cipher, key, b"")).conversation
        return datetime.fromisoformat(found.heard) if found and found.heard else None

    def forget(self, channel: str, address: str) -> None:
        """End a conversation and remove what was not sent, unless a code leads to it."""
        with self.database.begin() as connection:
            draftcode.forget(connection, self.cipher, self.cipher.hash(channel, address))

    def _numbers(self) -> Numbers:
        """Return numbers no report has; most turns give them back."""
        try:
            return self._unused.pop()
        except IndexError:
            return Numbers.make(self.recipients.pepper)

    def _turn(
        self, arrival: Arrival, paced: Paced, numbers: Numbers, pictures: Pictures
    ) -> tuple[Message, ...]:
        key = paced.who.conversation
        turn = self.cipher.hash(arrival.channel, arrival.address, arrival.message_id)
        loaded = self.database.look(lambda line: store.load(line, self.cipher, key, turn))
        if loaded.replied is not None:
            self._unused.append(numbers)
            return self._repeat(turn, loaded.replied, arrival)
        begins = loaded.conversation is None
        words, entry = entries.entered(self.area, arrival.text, arrival.entry)
        arrival = replace(arrival, text=words, entry=entry) if begins or words != arrival.text else arrival
        before = loaded.conversation or self._begin(arrival)
        given_up = self._given_up(key, before) if before.photos and not arrival.written_at else {}
        if arrival.media:
            pictures.read(room_for_photos(self.knowledge, before, given_up))
        inbound = replace(self._inbound(arrival, before, numbers, pictures), given_up=given_up)
        drafts = partial(self._drafts, key, pictures)
        outcome, write = self._deeds.answer(paced, before, inbound, numbers, drafts)
        outcome = outcome._replace(conversation=_heard(outcome.conversation, before, arrival, inbound))
        messages = self._say(outcome, before)
        until = _kept_until(outcome, arrival.channel, inbound.at, deed=write is not nothing)
        after = self._after(loaded, outcome, arrival, turn, messages, until)
        kept = outcome.conversation.photos
        left = [*pictures.unnamed({*kept, *_sent_along(outcome)}), *arrival.unread]
        opting = self._opting(arrival, outcome, inbound)
        if not outcome.effects and write is nothing:
            self._unused.append(numbers)
            unchanged = kept == before.photos and not left and not before.code_id
            if unchanged and opting is nothing:
                self.database.write(lambda line: store.save(line, after))
                if begins and arrival.entry:
                    entries.count(self.database, arrival.entry, arrival.channel, inbound.at)
                return messages
        keep = album.changes(self.cipher, key, before.photos, kept, pictures.kept, left, inbound.at)
        with self.database.begin() as connection:
            write(connection)
            draftcode.follow(connection, before, outcome.conversation, until[0])
            opting(connection)
            keep(connection)
            if outcome.effects:
                store.forget_turns(connection, key)
            store.save(connection, after)
        return messages

    def _begin(self, arrival: Arrival) -> Conversation:
        fresh = start(self.knowledge, arrival.channel)
        return begin_again(self.database, self.cipher, self.knowledge, fresh, arrival.address, self.now())

    def _opting(self, arrival: Arrival, outcome: Outcome, inbound: Inbound) -> Write:
        wanted = outcome._replace(opts_in=outcome.opts_in or (arrival.opts_in and not inbound.overtaken))
        opting = optout.change(self.cipher, arrival.channel, arrival.address, wanted, inbound.at) or nothing
        following = follow(self.cipher, outcome, arrival.address, inbound.at) or nothing
        return opting if following is nothing else lambda line: (opting(line), following(line))

    def _drafts(self, key: bytes, pictures: Pictures) -> Drafted:
        """Return the pictures kept so far and those that came with this message."""
        with self.database.read() as connection:
            return album.draft(connection, self.cipher, key, pictures.kept)

    def _given_up(self, key: bytes, before: Conversation) -> Mapping[str, Refusal]:
        """Return which of the pictures kept so far could not be had, and why."""
        with self.database.read() as connection:
            found = awaited.given_up(connection, key)
        return {name: found[name] for name in before.photos if name in found}

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
            at=arrival.written_at or self.now(),
            pressed=arrival.pressed,
            language=arrival.language,
            reference=numbers.reference,
            code=numbers.code,
            addition=str(uuid4()) if before.reference else "",
            attachment=arrival.attachment or bool(arrival.media),
            photos=tuple(pictures.kept),
            refused=pictures.refused,
            overtaken=arrival.is_overtaken(before),
            late=arrival.written_at is not None,
            attached=arrival.attached,
            number=arrival.number,
            edits=arrival.edits,
            serial=arrival.serial,
        )

    def _say(self, outcome: Outcome, before: Conversation) -> tuple[Message, ...]:
        language = outcome.conversation.language or before.language or ENGLISH
        messages = say_on(outcome.conversation.channel, outcome.replies, language, self.knowledge)
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


def _sent_along(outcome: Outcome) -> tuple[str, ...]:
    """Return the pictures that go with the report a turn sends."""
    return tuple(name for each in outcome.effects if isinstance(each, Submit) for name in each.photos)


def _heard(
    conversation: Conversation, before: Conversation, arrival: Arrival, inbound: Inbound
) -> Conversation:
    """Note in a conversation when its last message came, and the provider's count of it."""
    serial = before.serial if inbound.overtaken else arrival.serial or before.serial
    heard = conversation._replace(heard=max(before.heard, inbound.at.isoformat()), serial=serial)
    return heard._replace(begun=begun(before, arrival.number or arrival.below, inbound.at))


def _kept_until(outcome: Outcome, channel: str, now: datetime, *, deed: bool) -> tuple[datetime, datetime]:
    """Return until when a conversation and this turn of it are kept. A deed may have told a return code."""
    conversation = outcome.conversation
    ended = bool(outcome.effects) or conversation.reference is not None
    turn_kept = kept(conversation.stage) if channel == "web" else TURN_KEPT
    is_put_off = bool(conversation.code_id) and conversation.stage is Stage.STOPPED  # its code still leads on
    expires_at = to_the_hour(now + kept(Stage.PAUSED if is_put_off else conversation.stage, ended=ended))
    return expires_at, now + (LAST_TURN_KEPT if deed else turn_kept)
