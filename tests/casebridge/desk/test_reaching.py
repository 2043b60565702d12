"""Whether, how and when somebody may be reached, as a case worker reads it."""

from casebridge.report import Answer, AnswerState, Holds, Involvement, Permission, wording_hash
from tests.casebridge.desk.people import NOW, Office, text_of
from tests.casebridge.reports import make_report


def answer(name: str, holds: Holds, **changes: object) -> Answer:
    return Answer.model_validate(
        {"name": name, "holds": holds, "state": AnswerState.ANSWERED, "language": "en"} | changes
    )


def test_how_a_person_may_be_reached_is_read_in_one_place_and_in_order(small_office: Office) -> None:
    wording = "May I write to you here?"
    allowed = Permission(
        purpose="follow_up",
        given=True,
        wording=wording,
        wording_hash=wording_hash(wording),
        language="en",
        given_by=Involvement.VICTIM,
        at=NOW,
    )
    answers = (
        answer("safe_word", Holds.WORDS, value="kestrel", said="kestrel"),
        answer("follow_up_hours", Holds.PERSON, value="evening", said="3"),
        answer("voicemail", Holds.CODE, value="none", said="1"),
        answer("contact_safe", Holds.WORDS, value="weekdays after 5", said="weekdays after 5"),
        answer("shared_device", Holds.PERSON, value="yes", said="my husband can"),
        answer("contact_details", Holds.CONTACT, value={"phone": "+447700900123"}),
        answer("contact", Holds.CODE, value="yes"),
        answer("where", Holds.CODE, value="street"),
    )
    small_office.receive(make_report(answers=answers, permissions=(allowed,), language="en", channel="sms"))

    page = text_of(small_office.worker().get("/reports/KX7D-4MQP"))
    reported, _, rest = page.partition("Getting in touch")
    reaching = rest.partition("What they agreed to")[0]
    read = (
        "Contact Yes",
        "+447700900123",
        "Others can read it Yes",
        "Voicemail Do not leave a message",
        "weekdays after 5",
        "kestrel",
        "Messages from this service Yes",
        "Hours for messages from this service Evenings, 5pm to 8pm",
    )

    assert [words for words in read if reaching.count(words) != 1] == []
    assert sorted(read, key=reaching.index) == list(read)
    assert [words for words in read if words in reported] == []
