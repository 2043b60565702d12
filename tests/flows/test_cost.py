"""How many messages a report takes somebody who pays for each."""

from bench.cost import MINIMAL, report_by_sms
from tests.talk import KNOWLEDGE


def test_the_shortest_report_in_english_takes_ten_messages_at_most() -> None:
    talk = report_by_sms(KNOWLEDGE, "en", MINIMAL)

    assert talk[-1].question == "sent"
    assert len(talk) <= 10
