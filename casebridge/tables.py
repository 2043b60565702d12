"""Rows of the forwarding side. Storage only: nothing here validates, nothing here queries."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, MetaData, UniqueConstraint, false
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class ReportStatus(StrEnum):
    """How far a report has come, in the words a reporter is told."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # erased by its reporter


class ClosedReason(StrEnum):
    """Why a report was closed, as its reporter may be told."""

    ACTION_TAKEN = "action_taken"
    SUPPORT_GIVEN = "support_given"
    NOTHING_MORE = "nothing_more"
    ASKED_TO_STOP = "asked_to_stop"


class What(StrEnum):
    """What a delivery brings: the report, an addition to it, or word that consent was taken back."""

    REPORT = "report"
    ADDITION = "addition"
    WITHDRAWAL = "withdrawal"


class DeliveryState(StrEnum):
    """Where one delivery stands. DEAD is an open task for a person, never the end.

    WITHDRAWN was taken off the queue: what it would have brought may not be brought any more.
    """

    DUE = "due"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class SealedReport(SQLModel, table=True):
    """One submitted report: a sealed envelope and its clear header, nothing else."""

    __tablename__: ClassVar[str] = "report"

    reference: str = Field(primary_key=True, max_length=16)
    code_id: bytes = Field(unique=True)  # found from the return code, never turned back into it
    envelope: bytes
    urgency: str = Field(max_length=16)
    language: str = Field(max_length=32)
    day: date
    status: str = Field(max_length=32)
    deliveries: int  # how many rows it was given, so that the ledger notices one that went missing
    code_shared: bool = Field(sa_column_kwargs={"server_default": false()})  # who made it for another saw it
    reporter_key: bytes | None = None  # public: what questions are sealed for; None before there were any
    closed_at: datetime | None = None
    closed_reason: str | None = Field(default=None, max_length=32)


class Addition(SQLModel, table=True):
    """What a reporter added later: an envelope of its own."""

    __tablename__: ClassVar[str] = "report_addition"

    id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(foreign_key="report.reference", max_length=16, index=True)
    envelope: bytes
    day: date
    form: str = Field(max_length=16)


class AskedQuestion(SQLModel, table=True):
    """What an agency asked a reporter: sealed for the reporter, and a copy for the agency itself."""

    __tablename__: ClassVar[str] = "report_question"

    id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(foreign_key="report.reference", max_length=16, index=True)
    agency: str = Field(max_length=64)
    sealed: bytes
    copy_sealed: bytes
    copy_key: str = Field(max_length=32)  # id of the agency's key that opens the copy
    asked_at: datetime
    asked_by: str = Field(max_length=36)
    answered_at: datetime | None = None


class Delivery(SQLModel, table=True):
    """One thing on its way to one agency by one destination. `id` is the idempotency key.

    A share agreed to again after it was taken back has its row queued anew, with another id.
    """

    __table_args__: ClassVar[tuple[object, ...]] = (
        UniqueConstraint("reference", "agency", "destination", "addition", "what"),
        Index("ix_delivery_state_due_at", "state", "due_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(foreign_key="report.reference", max_length=16)
    agency: str = Field(max_length=64)
    destination: str = Field(max_length=32)
    state: str = Field(max_length=16)
    attempts: int
    created_at: datetime  # of two deliveries of one report, the earlier was queued first
    give_up_at: datetime  # a failure from then on makes it DEAD
    due_at: datetime  # moved forward when claimed: the lease
    done_at: datetime | None = None
    last_error: str = Field(default="", max_length=64)  # a kind of fault, never its text
    what: str = Field(max_length=16)
    addition: str = Field(default="", max_length=36)  # id of the addition it brings, else ""


class ReportPhoto(SQLModel, table=True):
    """One picture of a report, sealed for those who may have its details. `number` counts from 1."""

    __tablename__: ClassVar[str] = "report_photo"

    reference: str = Field(foreign_key="report.reference", primary_key=True, max_length=16)
    number: int = Field(primary_key=True)
    envelope: bytes
    has_original: bool  # as it was sent, with whatever is hidden in it
    state: str = Field(max_length=16, sa_column_kwargs={"server_default": "here"})  # see PhotoState


class Case(SQLModel, table=True):
    """A report as it lies on one agency's desk."""

    __tablename__: ClassVar[str] = "desk_case"
    __table_args__: ClassVar[tuple[object, ...]] = (
        Index("ix_desk_case_agency_acknowledged_at", "agency", "acknowledged_at"),
    )

    reference: str = Field(foreign_key="report.reference", primary_key=True, max_length=16)
    agency: str = Field(primary_key=True, max_length=64)
    received_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = Field(default=None, max_length=36)
    added_at: datetime | None = None  # something was added that nobody has read yet
    withdrawn_at: datetime | None = None  # when the reporter took their agreement back
    hurried: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # sent unusually fast
