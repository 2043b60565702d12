"""Rows of the conversation. Storage only; what is not a key is encrypted, keys are hashes or random."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

import casebridge.tables  # noqa: F401 - names every constraint, so that migrations can


class ConversationRow(SQLModel, table=True):
    """One person on one channel. `key` is a keyed hash of their address."""

    __tablename__: ClassVar[str] = "conversation"

    key: bytes = Field(primary_key=True)
    version: int  # counts turns; catches two messages racing
    state: bytes
    expires_at: datetime = Field(index=True)


class TurnRow(SQLModel, table=True):
    """One message and the very reply to it, so that a repeated webhook hears the same.

    `key` is a keyed hash of address and the provider's message id. What is looked for is always
    of one conversation, so one index serves every question.
    """

    __tablename__: ClassVar[str] = "turn"

    conversation: bytes = Field(primary_key=True)
    key: bytes = Field(primary_key=True)
    number: int
    body: bytes
    expires_at: datetime = Field(index=True)


class DraftCodeRow(SQLModel, table=True):
    """A draft that was put off: `body` is the key of its conversation, for whoever brings its code."""

    __tablename__: ClassVar[str] = "draft_code"

    code_id: bytes = Field(primary_key=True)
    body: bytes  # opens with the code's own key
    expires_at: datetime = Field(index=True)


class PhotoRow(SQLModel, table=True):
    """A picture kept for a report not sent yet; the conversation names it by `id`."""

    __tablename__: ClassVar[str] = "photo"

    conversation: bytes = Field(primary_key=True)
    id: str = Field(primary_key=True, max_length=36)
    body: bytes  # drawn anew
    original: bytes  # as it was sent; goes along with a yes only


class OptOutRow(SQLModel, table=True):
    """Somebody who wants no message unasked. `key` is a keyed hash of their channel and address."""

    __tablename__: ClassVar[str] = "opt_out"

    key: bytes = Field(primary_key=True)
    since: datetime


class OutgoingState(StrEnum):
    """Where a message we write first stands. FAILED, DELIVERED and DROPPED never change again."""

    DUE = "due"
    SENDING = "sending"  # the provider may have it: nobody sends it again before that is known
    UNKNOWN = "unknown"  # the provider did not answer; with `due_at` it is looked for there, without never
    SENT = "sent"  # the provider has taken it
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"  # decided against: too late, or told with another


class FollowUpRow(SQLModel, table=True):
    """A phone on which a reporter may be written to about one report, and when. `body` is encrypted."""

    __tablename__: ClassVar[str] = "follow_up"

    id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(unique=True, max_length=16)
    address: bytes = Field(index=True)  # keyed hash, of another kind than a conversation's key
    body: bytes
    survey: bool  # agreed to be asked how it went
    since: datetime  # when they agreed: what happened before they know
    expires_at: datetime = Field(index=True)


class OutgoingRow(SQLModel, table=True):
    """One message that we write first. What it says is always the same sentence."""

    __tablename__: ClassVar[str] = "outgoing"
    __table_args__: ClassVar[tuple[object, ...]] = (
        UniqueConstraint("follow_up", "what", "event"),
        Index("ix_outgoing_state_due_at", "state", "due_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    follow_up: str = Field(max_length=36)
    what: str = Field(max_length=16)
    event: str = Field(max_length=36)  # the question's id, when it was closed, "" for the survey
    state: str = Field(max_length=16)
    attempts: int
    created_at: datetime
    due_at: datetime | None = None  # of one in hand: when its lease ends
    tried_at: datetime | None = None
    provider_id: str = Field(default="", max_length=64, index=True)
    error: str = Field(default="", max_length=32)  # the provider's code or a kind of fault, never its words


class AwaitedPhotoRow(SQLModel, table=True):
    """A picture at its provider: to be fetched, or to be deleted there. `body`: where it lies."""

    __tablename__: ClassVar[str] = "awaited_photo"
    __table_args__: ClassVar[tuple[object, ...]] = (
        Index("ix_awaited_photo_state_due_at", "state", "due_at"),
    )

    conversation: bytes = Field(primary_key=True)
    id: str = Field(primary_key=True, max_length=36)
    state: str = Field(max_length=16)
    body: bytes
    attempts: int
    due_at: datetime  # moved forward when claimed: the lease
    refused: str | None = Field(default=None, max_length=16)  # why it was given up
    reference: str | None = Field(default=None, max_length=16, index=True)  # once its report is sent
    number: int | None = None
    data_key: bytes | None = None  # what it will be sealed with, encrypted; gone once it is


class EntryCountRow(SQLModel, table=True):
    """How many conversations began by an entry point in a month, on one channel; nothing of whose."""

    __tablename__: ClassVar[str] = "entry_count"

    entry: str = Field(primary_key=True, max_length=40)
    channel: str = Field(primary_key=True, max_length=20)
    month: str = Field(primary_key=True, max_length=7)  # 2026-11, UTC
    count: int
