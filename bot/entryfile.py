"""The `entry_points:` block of an area file: from where people come to the chat. Only its ids are counted."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bot.conditions import Node
from bot.servicefile import IsoDay, Words

LONGEST_ID = 40  # Telegram takes 64 of these signs after /start


class EntryPointNode(Node):
    id: Annotated[str, Field(pattern=rf"^[a-z0-9-]{{1,{LONGEST_ID}}}$")]
    name: Words
    kind: Literal["reception_point", "poster", "partner"]
    checked_on: IsoDay
    source: Words | None = None

    @model_validator(mode="after")
    def _is_a_real_place(self) -> Self:
        if self.kind == "reception_point" and self.source is None:
            raise PydanticCustomError("source", "a reception point needs the source it was read in")
        return self


def twice(nodes: list[EntryPointNode]) -> list[int]:
    """Return the places in the list of ids that stood before."""
    ids = [node.id for node in nodes]
    return [i for i, entry in enumerate(ids) if entry in ids[:i]]
