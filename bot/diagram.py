"""A flow as a Mermaid flowchart: steps from top to bottom, their conditions on the arrows.

Any Mermaid viewer draws it; nothing here is asked of the network.
"""

from collections.abc import Iterator
from textwrap import shorten

from bot.core.flow import Choice, Kind, Step
from bot.paper import Paper

ASK_SHOWN = 90  # characters; the whole text is in the script
_ESCAPED = {ord(sign): f"#{ord(sign)};" for sign in '"#&<>[]{}()|`\\;'}
_SHAPES = {
    Kind.SAY: ('("', '")'),
    Kind.END: ('(["', '"])'),
    Kind.CONSENT: ('{{"', '"}}'),
    Kind.PERMISSION: ('{{"', '"}}'),
    Kind.REVIEW: ('[/"', '"/]'),
}
_BOX = ('["', '"]')
_ROUND = ('(["', '"])')


def draw(paper: Paper) -> str:
    """Return the flow as the text of a Mermaid flowchart."""
    return "\n".join(("flowchart TD", *(f"  {line}" for line in _lines(paper)))) + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield _node("start", paper.says("start"), _ROUND)
    waiting = [("start", "")]  # what still has to lead to the next step, and on which condition
    last = None
    for step in paper.flow.steps:
        node = f"s_{step.name}"
        same = step.when is not None and step.when == last
        if step.when is not None and len(waiting) > 1 and not same:
            joint = f"j_{step.name}"
            yield f'{joint}((" "))'
            yield from (_arrow(before, joint, label) for before, label in waiting)
            waiting = [(joint, "")]
        yield _node(node, _label(paper, step), _SHAPES.get(step.kind, _BOX))
        if same:
            yield _arrow(waiting[0][0], node, "")
            waiting[0] = (node, "")
        elif step.when is not None:
            ((before, _),) = waiting
            yield _arrow(before, node, paper.condition(step.when))
            ends = step.kind is Kind.END
            waiting = [*([] if ends else [(node, "")]), (before, paper.says("otherwise"))]
        else:
            yield from (_arrow(before, node, label) for before, label in waiting)
            waiting = [(node, "")] if step.kind is not Kind.END else []
        yield from _leaving(paper, node, step)
        last = step.when
    yield _node("finish", paper.says("finish"), _ROUND)
    yield from (_arrow(before, "finish", label) for before, label in waiting)


def _leaving(paper: Paper, node: str, step: Step) -> Iterator[str]:
    """Yield a dotted arrow for every choice that leads to another flow or stops."""
    for choice in step.choices:
        if (choice.flow or choice.later) and choice.listed:
            away = f"{node}_{choice.value}"
            yield _node(away, _away(paper, choice), _ROUND)
            yield f'{node} -.->|"{_plain(paper.text(choice.label))}"| {away}'


def _away(paper: Paper, choice: Choice) -> str:
    return paper.says("goes_on_in", flow=choice.flow) if choice.flow else paper.says("stops")


def _label(paper: Paper, step: Step) -> str:
    said = shorten(paper.asked(step), ASK_SHOWN, placeholder=" …")
    if not paper.number(step):
        return said
    # not "1.": Mermaid takes that for a list in Markdown and refuses to draw it
    head = f"{paper.number(step)} · {paper.text(step.title)}\n" if step.title else f"{paper.number(step)} · "
    return head + said


def _node(name: str, label: str, shape: tuple[str, str]) -> str:
    return f"{name}{shape[0]}{_plain(label)}{shape[1]}"


def _arrow(before: str, after: str, label: str) -> str:
    return f'{before} -->|"{_plain(label)}"| {after}' if label else f"{before} --> {after}"


def _plain(label: str) -> str:
    """Return a label that holds no sign Mermaid would read."""
    return label.translate(_ESCAPED).replace("\n", "<br/>")
