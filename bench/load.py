"""Plays whole talks over HTTP as Twilio would: signed forms, each sender waiting for the reply.

A process of its own: `python -m bench.load '{"port": …}'` prints what came back as JSON. One
thread, kept-alive connections, every request made and signed before the clock starts.
"""

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench.place import ROOT, TOKEN
from bench.talk import OURS

PATH = "/channels/sms"
WARM_UP_SECONDS = 0.4
PATIENCE_SECONDS = 2  # with a server that does not answer, once the time is over


@dataclass(frozen=True, slots=True)
class Load:
    """What to send."""

    port: int
    seconds: float
    first: int  # number of the first sender; every sender and message is new
    connections: int = 16
    idle: int = 0  # connections opened beside them that say nothing
    most_turns: int = 0  # stop after so many; 0: when the time is over
    talks: int = 2000  # made in advance at most


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: seconds of each turn, and what was wrong."""

    seconds: float
    turns: tuple[float, ...]
    reports: int
    faults: Mapping[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.turns) / self.seconds


def send(load: Load) -> Answers:
    """Send a load from another process and return what came back."""
    run = (sys.executable, "-m", "bench.load", json.dumps(asdict(load)))
    done = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, timeout=load.seconds + 120)
    return Answers(**json.loads(done.stdout))


def form(sender: int, turn: int, text: str) -> dict[str, str]:
    """Return the form that Twilio posts for one message."""
    sid = f"SM{sender:024x}{turn:08x}"
    return {
        "ToCountry": "GB",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "FromCountry": "GB",
        "To": "+441642000000",
        "MessagingServiceSid": "MG" + "0" * 32,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": "AC" + "0" * 32,
        "From": f"+4477{sender:08d}",
        "ApiVersion": "2010-04-01",
    }


def signed(port: int, sender: int, turn: int, text: str, validator: RequestValidator) -> bytes:
    """Return the whole request for one message, signed as Twilio signs."""
    fields = form(sender, turn, text)
    body = urlencode(fields).encode()
    signature = validator.compute_signature(f"http://127.0.0.1:{port}{PATH}", fields)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\nX-Twilio-Signature: {signature}\r\nAccept: */*\r\n"
        "I-Twilio-Idempotency-Token: 2f0cf2f1-8a4c-4f31-9e8b-7a1f0e8e9f10\r\n\r\n"
    )
    return head.encode() + body


def talks(load: Load) -> list[list[bytes]]:
    """Make every request of as many talks as may be wanted."""
    validator = RequestValidator(TOKEN)
    return [
        [signed(load.port, load.first + number, turn, text, validator) for turn, text in enumerate(OURS)]
        for number in range(load.talks)
    ]


class Line:
    """One kept-alive connection and the talks that go over it."""

    def __init__(self, port: int, waiting: Iterator[list[bytes]]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._waiting = waiting
        self._requests: Iterator[bytes] = iter(())
        self.sent = 0.0

    def send_next(self) -> bool:
        """Send the next message; False if none is left."""
        request = next(self._requests, None)
        if request is None:
            self._requests = iter(next(self._waiting, ()))
            request = next(self._requests, None)
            if request is None:
                return False
        self.sent = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> bytes:
        """Return the whole response that has begun to come in."""
        got = self.socket.recv(65536)
        while got and not _is_whole(got):
            more = self.socket.recv(65536)
            if not more:
                break
            got += more
        return got


def _is_whole(got: bytes) -> bool:
    head, end, body = got.partition(b"\r\n\r\n")
    if not end:
        return False
    at = head.lower().find(b"content-length:")
    if at < 0:
        return got.endswith(b"0\r\n\r\n")
    return len(body) >= int(head[at + 15 :].split(b"\r\n", 1)[0])


def play(load: Load) -> Answers:
    """Send until the time is over; the first moments are not counted."""
    waiting = iter(talks(load))
    silent = [socket.create_connection(("127.0.0.1", load.port)) for _ in range(load.idle)]
    lines = {
        line.socket.fileno(): line for line in (Line(load.port, waiting) for _ in range(load.connections))
    }
    poll = select.epoll()
    taken: list[float] = []
    faults: dict[str, int] = {}
    reports = 0
    counted_from = time.perf_counter() + (0 if load.most_turns else WARM_UP_SECONDS)
    until = counted_from + load.seconds
    for number, line in lines.items():
        poll.register(number, select.EPOLLIN)
        line.send_next()
    open_lines, now = len(lines), 0.0
    while open_lines:
        answered = poll.poll(PATIENCE_SECONDS)
        if not answered and time.perf_counter() > until:
            faults["no answer"] = open_lines
            now = until
            break
        for number, _ in answered:
            line = lines[number]
            answer = line.receive()
            now = time.perf_counter()
            if counted_from <= now < until:
                taken.append(now - line.sent)
            if not answer.startswith(b"HTTP/1.1 200") or b"<Message>" not in answer:
                fault = answer[:40].decode("latin-1").split("\r\n")[0]
                faults[fault] = faults.get(fault, 0) + 1
            reports += b"Reference:" in answer
            enough = load.most_turns and len(taken) >= load.most_turns
            if now >= until or enough or not line.send_next():
                poll.unregister(number)
                open_lines -= 1
    for connection in (*silent, *(line.socket for line in lines.values())):
        connection.close()
    return Answers(min(now, until) - counted_from, tuple(taken), reports, faults)


if __name__ == "__main__":
    print(json.dumps(asdict(play(Load(**json.loads(sys.argv[1]))))))
