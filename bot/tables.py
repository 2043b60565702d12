"""Rows of the conversation. Storage only; what is not a key is encrypted, keys are hashes or random."""

from datetime import datetime
from typing import ClassVar

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


class PhotoRow(SQLModel, table=True):
    """A picture kept for a report not sent yet; the conversation names it by `id`."""

    __tablename__: ClassVar[str] = "photo"

    conversation: bytes = Field(primary_key=True)
    id: str = Field(primary_key=True, max_length=36)
    body: bytes  # drawn anew
    original: bytes  # as it was sent; goes along with a yes only
