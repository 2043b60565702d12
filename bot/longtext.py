"""Long replies on Telegram: several messages, or one in which people's own words lose their middle. Pure."""

from bot.core.cutting import shortened as with_less
from bot.core.cutting import split, units

LONGEST_TELEGRAM = 4096  # 16-bit units; the Bot API refuses more
SHORTEST_LINE = 40  # characters; a line is not cut to less


def parts(head: str, question: str) -> tuple[str, ...]:
    """Return the messages that say it all, the whole question in the last wherever it fits into one."""
    said, asked = split(head, LONGEST_TELEGRAM), split(question, LONGEST_TELEGRAM)
    joined = f"{said[-1]}\n\n{asked[0]}" if said and asked else ""
    if joined and len(asked) == 1 and units(joined) <= LONGEST_TELEGRAM:
        return (*said[:-1], joined)
    return (*said, *asked)


def shortened(head: str, question: str) -> str:
    """Return it as one message: the longest lines, which are people's own words, lose their middle."""
    lines = [*head.split("\n"), ""] if head else []
    while units(text := "\n".join((*lines, question))) > LONGEST_TELEGRAM:
        at = max(range(len(lines)), key=lambda i: len(lines[i]), default=0)
        if not lines or len(lines[at]) <= SHORTEST_LINE:
            return split(with_less(text, LONGEST_TELEGRAM // 2), LONGEST_TELEGRAM)[0]
        lines[at] = with_less(lines[at], max(SHORTEST_LINE, len(lines[at]) * 3 // 4))
    return text
