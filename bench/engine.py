"""Table "engine": advance() in process, state through its stored bytes and reply in words each turn."""

import time
from collections.abc import Callable

import orjson

from bench.measure import Measure, median
from bench.peers import TelegramPeer, bare_loop
from bench.table import Row, Table, at_least, at_most
from bench.talk import AT, OURS, PEER
from bench.twelve import TWELVE, knowing_twelve
from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Inbound
from bot.core.engine import advance
from bot.core.turn import start
from bot.knowing import read_knowledge
from bot.wording import as_text, put_into_words

REFERENCE, CODE = "KX7D-4MQP", "1234.5678.9012.3452"


def our_talk(knowledge: Knowledge, says: tuple[str, ...] = OURS) -> int:
    """Hold one talk as the service does, without its database; return the characters said."""
    stored, said = orjson.dumps(start(knowledge, "sms").stored()), 0
    for text in says:
        conversation = Conversation.from_stored(orjson.loads(stored))
        outcome = advance(knowledge, conversation, Inbound(text, AT, reference=REFERENCE, code=CODE))
        stored = orjson.dumps(outcome.conversation.stored())
        language = outcome.conversation.language or "en"
        said += len(as_text(put_into_words(outcome.replies, language, knowledge.phrasebook, knowledge.texts)))
    return said


def run(measure: Measure) -> Table:
    """Measure ours, the peer and the floor, one after the other in each round."""
    knowledge, telegram = read_knowledge("stockton-on-tees"), TelegramPeer()
    twelve = knowing_twelve(knowledge)
    talks: dict[str, tuple[Callable[[], object], int]] = {
        "ours, the same questions": (lambda: our_talk(twelve, TWELVE), len(TWELVE)),
        "ours, the report with consents": (lambda: our_talk(knowledge), len(OURS)),
        "python-telegram-bot": (telegram.talk, len(PEER)),
        "loop by hand, JSON state": (bare_loop, len(PEER)),
    }
    seconds = measure.scaled(0.7)
    taken: dict[str, list[float]] = {name: [] for name in talks}
    for _ in measure.rounds("engine", 7):
        for name, (talk, turns) in talks.items():
            taken[name].append(seconds_per_turn(talk, turns, seconds))
    telegram.close()
    ours, whole, ptb, bare = (taken[name] for name in talks)
    faster = median([theirs / mine for mine, theirs in zip(ours, ptb, strict=True)])
    cost = median([mine / theirs for mine, theirs in zip(ours, bare, strict=True)])
    report = median([theirs / mine for mine, theirs in zip(whole, ptb, strict=True)])
    rows = [
        Row(name, talks[name][1], f"{median(each) * 1e6:.1f}", f"{1 / median(each):,.0f}")
        for name, each in taken.items()
    ]
    return Table(
        "engine",
        "one core, in process; ours keeps its state as bytes, puts replies into words",
        ("", "turns", "µs a turn", "turns/s"),
        rows,
        (
            at_least("times as fast as python-telegram-bot", faster, must=2, aim=5),
            at_least("the same for the report with its gates, consents and read-back", report, must=2, aim=5),
            at_most("times the cost of the loop by hand", cost, must=4, aim=4),
        ),
    )


def seconds_per_turn(talk: Callable[[], object], turns: int, seconds: float) -> float:
    """Return the CPU time of one turn of a talk that is held for so many seconds."""
    talk()
    began = time.process_time()
    talks = 0
    while (taken := time.process_time() - began) < seconds:
        for _ in range(10):
            talk()
        talks += 10
    return taken / talks / turns
