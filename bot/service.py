"""receive(): one message, one transaction. The only place where a message changes anything."""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot import store
from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Inbound, Pressed, Stage
from bot.core.effects import Effect, LookUp, Submit
from bot.core.engine import Outcome, advance, tell_status
from bot.core.normal import clean
from bot.core.phrases import ENGLISH
from bot.core.pressing import labels_pressed
from bot.core.turn import start
from bot.drafts import DraftCipher, NoDraftKey
from bot.store import After, Loaded, Raced, Turn
from bot.wording import Message, put_into_words
from casebridge import outbox
from casebridge.area import Area
from casebridge.chance import fresh_token
from casebridge.database import Database
from casebridge.recipients import Recipients
from casebridge.returncode import CodeKeys, code_keys, new_code, new_reference, show_code
from casebridge.routing import views
from casebridge.sealing import seal

DRAFT_KEPT = timedelta(days=7)
PAUSED_KEPT = timedelta(days=14)
ENDED_KEPT = timedelta(hours=72)  # after sending or erasing: only that there was a talk
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
    attachment: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a report will be known by. Made before a turn takes the database: the keys cost 2 ms."""

    reference: str
    code: str
    keys: CodeKeys

    @classmethod
    def make(cls, pepper: bytes) -> "Numbers":
        code = new_code(secrets.token_bytes(16))
        return cls(new_reference(secrets.token_bytes(16)), show_code(code), code_keys(code, pepper))


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

    def receive(self, arrival: Arrival) -> tuple[Message, ...]:
        """Answer a message: the whole turn is stored, or nothing of it.

        A message that was answered before gets the very same answer and moves nothing.
        Raises sqlalchemy OperationalError while the database is away.
        """
        for _ in range(MOST_TRIES):
            numbers = self._numbers()
            try:
                return self._turn(arrival, numbers)
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

    def _turn(self, arrival: Arrival, numbers: Numbers) -> tuple[Message, ...]:
        key = self.cipher.hash(arrival.channel, arrival.address)
        turn = self.cipher.hash(arrival.channel, arrival.address, arrival.message_id)
        loaded = self.database.look(lambda line: store.load(line, self.cipher, key, turn))
        if loaded.replied is not None:
            self._unused.append(numbers)
            return self._repeat(turn, loaded.replied, arrival)
        before = loaded.conversation or start(self.knowledge, arrival.channel)
        inbound = self._inbound(arrival, numbers)
        outcome = self._looked_up(advance(self.knowledge, before, inbound), inbound)
        messages = self._say(outcome, before)
        after = self._after(loaded, outcome, arrival, turn, messages, inbound.at)
        if not outcome.effects:
            self._unused.append(numbers)
            self.database.write(lambda line: store.save(line, after))
            return messages
        submit = self._submission(outcome.effects, inbound.at, numbers.keys)
        with self.database.begin() as connection:
            submit(connection)
            store.forget_turns(connection, key)
            store.save(connection, after)
        return messages

    def _repeat(self, turn: bytes, replied: bytes, arrival: Arrival) -> tuple[Message, ...]:
        try:
            return store.open_turn(self.cipher, turn, replied, arrival.witness).messages
        except NoDraftKey:  # same id, another request: nothing of the first is told to the second
            return ()

    def _inbound(self, arrival: Arrival, numbers: Numbers) -> Inbound:
        return Inbound(
            text=clean(arrival.text),
            at=self.now(),
            pressed=arrival.pressed,
            language=arrival.language,
            reference=numbers.reference,
            code=numbers.code,
            attachment=arrival.attachment,
        )

    def _looked_up(self, outcome: Outcome, inbound: Inbound) -> Outcome:
        """Tell how far a report has come, where that was asked."""
        match outcome.effects:
            case (LookUp() as look,):
                return tell_status(self.knowledge, outcome.conversation, inbound, self._status(look))
            case _:
                return outcome

    def _status(self, look: LookUp) -> str | None:
        if look.reference:
            return self.database.look(lambda line: outbox.status_of_reference(line, look.reference))
        code_id = code_keys(look.code, self.recipients.pepper).id
        return self.database.look(lambda line: outbox.status_of(line, code_id))

    def _submission(
        self, effects: tuple[Effect, ...], now: datetime, keys: CodeKeys
    ) -> Callable[[Connection], None]:
        """Seal the report there may be, and return what stores it: sealing needs no database."""
        for effect in effects:
            if isinstance(effect, Submit):
                report = effect.report
                allowed = views(report, self.area)
                envelope = seal(report, allowed, self.recipients.keys, keys.key)
                return lambda connection: outbox.submit(
                    connection, report, allowed, envelope, keys.id, self.area, now
                )
        return lambda _: None

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
        now: datetime,
    ) -> After:
        """Encrypt what is to be stored, and say until when."""
        conversation = outcome.conversation
        said = self._said(arrival, messages[0].language if messages else ENGLISH)
        sent = any(isinstance(effect, Submit) for effect in outcome.effects)
        kept = {Stage.PAUSED: PAUSED_KEPT, Stage.SENT: ENDED_KEPT}.get(conversation.stage, DRAFT_KEPT)
        return After(
            key=loaded.key,
            version=loaded.version + 1,
            state=store.seal_state(self.cipher, loaded.key, conversation),
            expires_at=_to_the_hour(now + (ENDED_KEPT if outcome.effects else kept)),
            turn=turn,
            body=store.seal_turn(self.cipher, turn, said, messages, arrival.witness),
            turn_expires_at=now
            + (LAST_TURN_KEPT if sent else kept if arrival.channel == "web" else TURN_KEPT),
        )

    def _said(self, arrival: Arrival, language: str) -> str:
        """Return what the person said, a button by what was written on it."""
        if arrival.pressed is None:
            return arrival.text
        known = self.knowledge
        labels = (known.phrasebook.text(label, language) for label in labels_pressed(known, arrival.pressed))
        return "\n".join((*filter(None, (arrival.text,)), ", ".join(labels)))


def _to_the_hour(moment: datetime) -> datetime:
    """Return the next full hour: the same for most turns of a talk, so no index changes with them."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if hour == moment else hour + timedelta(hours=1)
