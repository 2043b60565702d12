"""Rows of the desk: who may open it, and what they did. Storage only."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

import casebridge.tables  # noqa: F401 - names every constraint, so that migrations can


class DeskUser(SQLModel, table=True):
    """A case worker of one agency. The authenticator's secret is encrypted with the desk key."""

    __tablename__: ClassVar[str] = "desk_user"

    id: str = Field(primary_key=True, max_length=36)
    name: str = Field(max_length=80)
    name_key: str = Field(unique=True, max_length=160)  # the name as compared: one case, one spacing
    agency: str = Field(max_length=64)
    password_hash: str = Field(max_length=256)
    authenticator: bytes
    last_step: int  # time step of the last code used: a code works once
    created_at: datetime


class DeskInvitation(SQLModel, table=True):
    """One invitation, and what its holder has set up so far. Only a hash of the link is kept."""

    __tablename__: ClassVar[str] = "desk_invitation"

    token_hash: bytes = Field(primary_key=True)
    agency: str = Field(max_length=64)
    expires_at: datetime
    used_at: datetime | None = None
    held_by: bytes | None = Field(default=None, unique=True)  # hash of the visit that opened it
    user_id: str = Field(max_length=36)  # who its holder will be
    name: str | None = Field(default=None, max_length=80)
    password_hash: str | None = Field(default=None, max_length=256)
    authenticator: bytes | None = None


class DeskSession(SQLModel, table=True):
    """One signed-in browser. Only a hash of the cookie is kept."""

    __tablename__: ClassVar[str] = "desk_session"

    id_hash: bytes = Field(primary_key=True)
    user_id: str = Field(foreign_key="desk_user.id", max_length=36, index=True)
    created_at: datetime
    last_seen_at: datetime = Field(index=True)


class DeskEvent(SQLModel, table=True):
    """One thing done at the desk, reading included. Append only; names nobody but by id."""

    __tablename__: ClassVar[str] = "desk_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    user_id: str = Field(max_length=36)
    action: str = Field(max_length=32)
    reference: str | None = Field(default=None, max_length=16, index=True)
