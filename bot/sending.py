"""Sends what is queued to be written first: claims, asks the provider outside any transaction, records."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot import following, optout, outgoing, store
from bot.core.asking import Knowledge
from bot.deciding import Facts, decide, in_window
from bot.drafts import DraftCipher, NoDraftKey
from bot.following import FollowUp, opened
from bot.hours import next_hours
from bot.outcomes import TOO_MANY, Outcome, Verdict, of_status
from bot.outgoing import Decision, Waiting
from bot.senders.sender import Letter, Sender
from bot.settings import Settings
from bot.tables import OutgoingState
from casebridge.database import Database
from casebridge.logs import fault_of

IDLE_SECONDS = 20
WHATSAPP = "whatsapp"

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Sending:
    """What sending needs. Several may run at once."""

    database: Database
    cipher: DraftCipher
    knowledge: Knowledge
    senders: tuple[Sender, ...]
    template: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _paused: dict[str, datetime] = field(default_factory=dict, init=False)  # by channel, until when

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set; the message in hand is finished first."""
        while not stop.is_set():
            try:
                outgoing.notice(self.database, self.clock())
                while not stop.is_set() and self.send_one():
                    pass
            except Exception as error:  # the database is away: what was in hand is found out later
                log.error("cannot send", **fault_of(error))
            stop.wait(IDLE_SECONDS)

    def send_one(self) -> bool:
        """Send one message that is due, or find out what became of one; False where there is none."""
        now = self.clock()
        claimed = outgoing.claim(self.database, now, self._decide)
        if claimed is None:
            return False
        follow_up = opened(self.cipher, claimed.follow_up, claimed.body)
        sender = next(each for each in self.senders if follow_up.channel in each.channels)
        letter = self._letter(claimed, follow_up, now)
        sends = claimed.state is OutgoingState.DUE
        outcome = sender.send(letter) if sends else self._look(sender, letter, claimed)
        self._record(claimed, follow_up, outcome, looks=sender.looks)
        return True

    def _decide(self, connection: Connection, waiting: Waiting) -> Decision:
        try:
            follow_up = opened(self.cipher, waiting.follow_up, waiting.body)
        except NoDraftKey:
            return Decision(OutgoingState.DROPPED, kind="no-key")
        channel, address = follow_up.channel, follow_up.address
        facts = Facts(
            now=self.clock(),
            zone=self.knowledge.directory.zone,
            channels=frozenset(name for sender in self.senders for name in sender.channels),
            looks=frozenset(name for sender in self.senders if sender.looks for name in sender.channels),
            opted_out=optout.has_opted_out(connection, self.cipher, channel, address),
            answered=outgoing.is_answered(connection, waiting),
            paused_until=self._paused.get(channel),
            heard=self._heard(connection, follow_up),
            template=self.template,
        )
        return decide(waiting, follow_up, facts)

    def _heard(self, connection: Connection, follow_up: FollowUp) -> datetime | None:
        """Return when somebody wrote last by WhatsApp, the only channel that asks for it."""
        if follow_up.channel != WHATSAPP:
            return None
        key = self.cipher.hash(follow_up.channel, follow_up.address)
        talk = store.load(connection, self.cipher, key, b"").conversation
        return datetime.fromisoformat(talk.heard) if talk and talk.heard else None

    def _letter(self, claimed: Waiting, follow_up: FollowUp, now: datetime) -> Letter:
        known = self.knowledge
        freely = follow_up.channel != WHATSAPP
        if not freely:
            with self.database.read() as connection:
                freely = in_window(now, self._heard(connection, follow_up))
        _, ends = next_hours(follow_up.hours, now, known.directory.zone)
        return Letter(
            id=claimed.id,
            channel=follow_up.channel,
            address=follow_up.address,
            text=known.phrasebook.text(known.texts.follow_up, follow_up.language),
            seconds=int((ends - now).total_seconds()),
            freely=freely,
        )

    def _look(self, sender: Sender, letter: Letter, claimed: Waiting) -> Outcome:
        """Find out what became of a message that may have been sent."""
        sighted = sender.look(letter, claimed.tried_at or claimed.created_at)
        if sighted is None:
            return Outcome(Verdict.UNKNOWN, claimed.error)
        with self.database.read() as connection:
            others = outgoing.known(connection, [each.provider_id for each in sighted])
        for each in sighted:
            if each.provider_id in others:
                continue
            verdict = of_status(each.status, each.code) or Verdict.SENT
            return Outcome(verdict, each.code, each.provider_id)
        return outgoing.absent(claimed)

    def _record(self, claimed: Waiting, follow_up: FollowUp, outcome: Outcome, *, looks: bool) -> None:
        now, spread = self.clock(), secrets.randbelow(1000) / 1000
        if outcome.kind == str(TOO_MANY) and outcome.wait:
            self._paused[follow_up.channel] = now + timedelta(seconds=outcome.wait)
        with self.database.begin() as connection:
            state = outgoing.record(connection, claimed, outcome, now, spread, looks=looks)
            channel, address = follow_up.channel, follow_up.address
            following.heed(connection, self.cipher, channel, address, outcome.verdict, now)
        said = log.bind(channel=channel, attempt=claimed.attempts, kind=outcome.kind, status=state)
        tell = said.info if outcome.verdict is Verdict.SENT else said.warning
        tell("follow-up")


def senders(settings: Settings) -> tuple[Sender, ...]:
    """Return every provider that is set up to send by."""
    from bot.senders.telegram import TelegramSender  # noqa: PLC0415 - only the process that sends needs them
    from bot.senders.twilio import TwilioSender  # noqa: PLC0415 - as above

    found: list[Sender] = []
    if settings.sms_is_on:
        found.append(TwilioSender(settings))
    if settings.telegram_bot_token.get_secret_value():
        found.append(TelegramSender(settings))
    return tuple(found)
