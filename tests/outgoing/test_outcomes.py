"""What answers of the providers mean; what is not known is refused for good."""

import pytest
from httpx import ConnectError, ReadError
from telegram import error as faults

from bot.outcomes import TWILIO, Verdict, of_status, of_twilio
from bot.senders.telegram import outcome_of


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (429, 20429, Verdict.AGAIN),
        (429, None, Verdict.AGAIN),
        (500, 20500, Verdict.UNKNOWN),
        (503, None, Verdict.UNKNOWN),
        (401, 20003, Verdict.OURS),
        (401, None, Verdict.OURS),
        (400, 21610, Verdict.OPTED_OUT),
        (400, 63014, Verdict.OPTED_OUT),
        (400, 21211, Verdict.GONE),
        (400, 21614, Verdict.GONE),
        (400, 21635, Verdict.GONE),
        (400, 21612, Verdict.NEVER),
        (400, 63016, Verdict.NEVER),
        (400, 21408, Verdict.OURS),
        (400, 29999, Verdict.NEVER),  # Twilio adds new ones
        (400, None, Verdict.NEVER),
    ],
)
def test_what_twilio_answers_is_sorted(status: int, code: int | None, verdict: Verdict) -> None:
    assert of_twilio(status, code).verdict is verdict


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        ("queued", "", None),
        ("sending", "", None),
        ("sent", "", None),
        ("delivered", "", Verdict.SENT),
        ("read", "", Verdict.SENT),
        ("undelivered", "30003", Verdict.NEVER),
        ("undelivered", "30006", Verdict.GONE),
        ("undelivered", "30008", Verdict.NEVER),
        ("failed", "21610", Verdict.OPTED_OUT),
        ("failed", "30001", Verdict.NEVER),  # said of a message that was taken: not sent again
        ("failed", "", Verdict.NEVER),
        ("failed", "9" * 400, Verdict.NEVER),
        ("failed", "٣٠٠٠٦", Verdict.GONE),
        ("a state of tomorrow", "", None),
    ],
)
def test_what_twilio_reports_later_is_sorted(status: str, code: str, verdict: Verdict | None) -> None:
    assert of_status(status, code) is verdict


def test_no_code_means_that_a_message_was_taken() -> None:
    assert not {Verdict.SENT, Verdict.UNKNOWN} & {*TWILIO.values()}


def _caused(fault: Exception, cause: Exception) -> Exception:
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (faults.Forbidden("bot was blocked by the user"), Verdict.OPTED_OUT),
        (faults.BadRequest("Chat not found"), Verdict.GONE),
        (faults.BadRequest("Message is too long"), Verdict.NEVER),
        (faults.InvalidToken(), Verdict.OURS),
        (faults.TimedOut(), Verdict.UNKNOWN),
        (faults.NetworkError("Bad Gateway"), Verdict.UNKNOWN),
        (_caused(faults.NetworkError("x"), ConnectError("x")), Verdict.AGAIN),
        (_caused(faults.NetworkError("x"), ReadError("x")), Verdict.UNKNOWN),
    ],
)
def test_what_telegram_answers_is_sorted(fault: Exception, verdict: Verdict) -> None:
    assert outcome_of(fault).verdict is verdict
