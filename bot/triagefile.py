"""The `triage:` block of an area file as typed rules. Its labels are for the desk and stay in the file."""

from pydantic import Field

from bot.conditions import ConditionNode, Node, StepName
from bot.core.triage import RedFlag, Rules, Weight


class BandsNode(Node):
    high: int = Field(ge=1)
    medium: int = Field(ge=1)


class RedFlagNode(Node):
    id: StepName
    label: str = Field(min_length=1)
    when: ConditionNode


class WeightNode(Node):
    id: StepName
    question: StepName
    points: int = Field(ge=1)  # nothing takes points away
    label: str = Field(min_length=1)
    when: ConditionNode


class TriageNode(Node):
    bands: BandsNode
    red_flags: list[RedFlagNode] = Field(min_length=1)
    points: list[WeightNode]

    def rules(self) -> Rules:
        return Rules(
            tuple(RedFlag(flag.id, flag.when.condition()) for flag in self.red_flags),
            tuple(Weight(w.id, w.question, w.points, w.when.condition()) for w in self.points),
            self.bands.high,
            self.bands.medium,
        )
