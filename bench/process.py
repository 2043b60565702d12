"""Table "process": how much memory a web process takes and how soon it answers."""

import http.client
import time
from contextlib import ExitStack

from twilio.request_validator import RequestValidator

from bench.load import PATH, Load, send, signed
from bench.measure import Measure, median
from bench.place import TOKEN, databases, environment, folder, ready
from bench.program import Memory, free_port, running
from bench.table import Row, Table, at_most
from bot.settings import Settings

TURNS = 2000


def run(measure: Measure) -> Table:
    """Start the shipped server a few times, ask it at once, then let it work."""
    starts: list[float] = []
    before: list[Memory] = []
    after: list[Memory] = []
    with ExitStack() as stack:
        here = stack.enter_context(folder())
        addresses = stack.enter_context(databases(here, "process"))
        rounds = measure.rounds("process", 5)
        for number in rounds:
            kind = "SQLite" if number % 2 == 0 else "PostgreSQL"
            settings = ready(here, addresses[kind], free_port())
            began = time.perf_counter()
            with running(("-m", "bot", "serve"), settings.port, environment(settings), here) as program:
                _first_answer(settings, number)
                starts.append(time.perf_counter() - began)
                before.append(program.memory())
                if number < 2:
                    most = TURNS // 4 if measure.quick else TURNS
                    send(
                        Load(settings.port, 120, first=1000 * (number + 1), most_turns=most, talks=most // 10)
                    )
                    after.append(program.memory())
    rows = [
        Row(
            "just started", f"{median([m.rss for m in before]):.0f}", f"{median([m.pss for m in before]):.0f}"
        ),
        *(
            Row(f"after {TURNS} turns, {kind}", f"{memory.rss:.0f}", f"{memory.pss:.0f}")
            for kind, memory in zip(("SQLite", "PostgreSQL"), after, strict=True)
        ),
    ]
    goals = (
        at_most("RSS after its turns", max(m.rss for m in after), must=130, aim=95, unit=" MB"),
        at_most(
            "from start to the first signed message answered", median(starts), must=1.5, aim=0.7, unit=" s"
        ),
    )
    columns = ("", "RSS MB", "PSS MB")
    return Table("process", "one web worker; PSS counts shared pages in part", columns, rows, goals)


def _first_answer(settings: Settings, number: int) -> None:
    """Send a signed message again and again until it is answered."""
    request = signed(settings.port, 90_000_000 + number, 0, "english", RequestValidator(TOKEN))
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    until = time.monotonic() + 30
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=10)
        try:
            connection.request("POST", PATH, body, headers)
            response = connection.getresponse()
            assert response.status == 200, response.status
            assert b"<Message>" in response.read()
        except ConnectionError:
            time.sleep(0.01)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError("no answer in 30 s")
