"""A condition as it is written in flows/: exactly one of is, any, all, not, answered."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.core.flow import All, Answered, Any, Condition, Is, Not

StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Node(BaseModel):
    """A part of a file in flows/, which holds what it may and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=True)


class ConditionNode(Node):
    """Exactly one of these keys."""

    is_: dict[str, str] | None = Field(None, alias="is", min_length=1, max_length=1)
    any_: list["ConditionNode"] | None = Field(None, alias="any", min_length=1)
    all_: list["ConditionNode"] | None = Field(None, alias="all", min_length=1)
    not_: "ConditionNode | None" = Field(None, alias="not")
    answered: str | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("one_key", "Must be one of is, any, all, not, answered")
        return self

    def condition(self) -> Condition:
        if self.is_:
            return Is(*next(iter(self.is_.items())))
        if self.any_:
            return Any(tuple(node.condition() for node in self.any_))
        if self.all_:
            return All(tuple(node.condition() for node in self.all_))
        if self.not_:
            return Not(self.not_.condition())
        return Answered(self.answered or "")
