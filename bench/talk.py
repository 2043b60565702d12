"""The talk that is measured, the same for whoever takes part: words, and nothing else."""

from datetime import UTC, datetime

AT = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
STORY = "A man on the bus called me names because of my scarf and pushed me when I got off."

OURS = (
    "english",
    "me",
    "no",
    STORY,
    "done",
    "1 3",
    "banana",  # not understood: asked again
    "no",
    "1",
    "no",
    "no",
    "more",
    "3",
    "yesterday",
    "3",
    "that is all",
    "yes",
)
"""Our own flow: language, the short report, then when and where. The last message sends it."""

PEER = ("/start", "me", "no", STORY, "1 3", "banana", "1", "2026-11-20", "3", "1", "1", "no", "1", "yes")
"""12 questions and a bad answer, for peers that have no flow of their own."""

QUESTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("role", "choice", ("me", "someone else", "a client")),
    ("danger", "yes_no", ("yes", "no")),
    ("story", "text", ()),
    ("why", "choices", ("race", "religion", "disability", "sexual orientation", "transgender", "other")),
    ("kind", "choices", ("insults", "threats", "assault", "damage", "graffiti", "online", "other")),
    ("when", "date", ()),
    ("where", "choice", ("home", "near home", "street", "shop", "bus or train", "work", "other")),
    ("repeat", "choice", ("first time", "a few times", "often")),
    ("offender", "choice", ("a stranger", "a neighbour", "family", "other")),
    ("contact", "yes_no", ("yes", "no")),
    ("consent", "choice", ("everything", "only the facts", "no")),
    ("send", "yes_no", ("yes", "no")),
)
"""What the peers ask: name, kind, options."""

PROMPTS = {
    name: "\n".join((f"Please tell us: {name}?", *(f"{n} {option}" for n, option in enumerate(options, 1))))
    for name, _, options in QUESTIONS
}
NOT_UNDERSTOOD = "Sorry, I did not understand."
THANKS = "Thank you. Your report was sent."


def understand(kind: str, options: tuple[str, ...], text: str) -> str | list[str] | None:
    """Read an answer as plainly as can be done by hand; None if it is none."""
    said = text.strip().lower()
    if kind in ("choice", "yes_no"):
        return _one(options, said)
    if kind == "choices":
        found = [_one(options, part) for part in said.replace(",", " ").split()]
        return [one for one in found if one] if found and all(found) else None
    if kind == "date":
        try:
            return datetime.fromisoformat(said).date().isoformat()
        except ValueError:
            return None
    return text or None


def _one(options: tuple[str, ...], said: str) -> str | None:
    if said.isdecimal():
        return options[int(said) - 1] if 0 < int(said) <= len(options) else None
    return said if said in options else None
