"""Rows of the forwarding side. Storage only: nothing here validates, nothing here queries."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, MetaData, UniqueConstraint
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


class DeliveryState(StrEnum):
    """Where one delivery stands. DEAD is an open task for a person, never the end."""

    DUE = "due"
    DELIVERED = "delivered"
    DEAD = "dead"


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
    deliveries: int  # how many it was given, so that the ledger notices one that went missing


class Delivery(SQLModel, table=True):
    """One report on its way to one agency by one destination. `id` is the idempotency key."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        UniqueConstraint("reference", "agency", "destination"),
        Index("ix_delivery_state_due_at", "state", "due_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(foreign_key="report.reference", max_length=16)
    agency: str = Field(max_length=64)
    destination: str = Field(max_length=32)
    state: str = Field(max_length=16)
    attempts: int
    created_at: datetime
    give_up_at: datetime  # a failure from then on makes it DEAD
    due_at: datetime  # moved forward when claimed: the lease
    done_at: datetime | None = None
    last_error: str = Field(default="", max_length=64)  # a kind of fault, never its text


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
