"""What Twilio has and we do not is taken in once; what is taken in can be emptied there."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from bot import reconciling, store
from bot.cli import main
from bot.reconciling import Counts, empty, reconcile
from bot.service import Service
from bot.settings import Settings
from tests.channels.twilio_api import OURS, TwilioApi
from tests.making import PHONE, TOKEN, Clock, conversation, counts, sms
from tests.outgoing.news import NOON, says
from tests.pictures import picture
from tests.service.provider import Provider, fetch_all, fetcher

DAY = timedelta(hours=24)


@pytest.mark.both_databases
def test_a_message_that_never_reached_us_is_taken_in_once(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    says(service, "english", "1", "1")
    api.has("They shouted at me")

    first, second = (reconcile(service, settings, DAY) for _ in range(2))

    assert first == Counts(found=1, taken=1)
    assert second == Counts(found=1, known=1)
    assert conversation(service).parts == ("They shouted at me",)


def test_what_came_by_its_own_request_is_not_taken_again(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    sid = api.has("english")
    service.receive(sms("english", sid))

    assert reconcile(service, settings, DAY) == Counts(found=1, known=1)
    assert counts(service.database, "turn") == {"turn": 1}


@pytest.mark.both_databases
def test_its_own_request_that_comes_after_all_moves_nothing(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    sid = api.has("english")
    reconcile(service, settings, DAY)
    before = conversation(service)

    service.receive(sms("english", sid))

    assert conversation(service) == before
    assert counts(service.database, "turn") == {"turn": 1}


def test_they_are_taken_in_the_order_they_were_written(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    says(service, "english", "1", "1")
    told = ("They shouted at me", "They threw a stone", "Then they ran away")
    for ago, text in zip((900, 700, 500), told, strict=True):
        api.has(text, ago=ago)

    reconcile(service, settings, DAY)

    assert conversation(service).parts == told


def test_page_after_page_is_read(service: Service, settings: Settings, api: TwilioApi) -> None:
    api.page = 2
    for number in range(7):
        api.has("hello", sender=f"+44770090010{number}")

    assert reconcile(service, settings, DAY) == Counts(found=7, taken=7)


def test_what_is_too_old_too_new_ours_or_sent_to_others_is_left_alone(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    api.has("too old", ago=25 * 3600)
    api.has("its request is on its way", ago=60)
    other: dict[str, Any] = {"from": PHONE}
    api.has_sent("to somebody else's number", to="+441642999999", direction="inbound", **other)
    api.has("", ago=600)  # emptied there
    api.has_sent("our reply")

    assert reconcile(service, settings, DAY) == Counts(found=1, known=1)
    assert counts(service.database, "conversation") == {"conversation": 0}


def test_what_came_by_our_messaging_service_is_ours_whatever_its_number(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    ours = settings.model_copy(update={"twilio_messaging_service_sid": "MG1", "twilio_from": ""})
    api.has("hello", messaging_service_sid="MG1")
    api.has("hello", messaging_service_sid="MG2")

    assert reconcile(service, ours, DAY) == Counts(found=1, taken=1)


def test_a_day_is_the_most_that_is_looked_back(service: Service, settings: Settings, api: TwilioApi) -> None:
    """Whether older ones were taken is not known any more: the turn of a deed is kept for a day."""
    api.has("hello", ago=23.9 * 3600)

    assert reconcile(service, settings, timedelta(days=9)) == Counts()


@pytest.mark.parametrize("words", ["", "They shouted at me"])
def test_pictures_of_a_message_that_never_reached_us_are_taken_in_with_or_without_words(
    service: Service, settings: Settings, api: TwilioApi, clock: Clock, words: str
) -> None:
    says(service, "english", "1", "1")
    sid = api.has(words)
    api.attach(sid, ME1="image/jpeg", ME2="audio/ogg")

    first, second = (reconcile(service, settings, DAY) for _ in range(2))

    assert (first, second) == (Counts(found=1, taken=1), Counts(found=1, known=1))
    assert conversation(service).parts == ((words,) if words else ())
    assert len(conversation(service).photos) == 1
    at = f"{api.address}/2010-04-01/Accounts/{settings.twilio_account_sid}/Messages/{sid}/Media"
    twilio = Provider({f"{at}/ME1": picture()})
    fetch_all(fetcher(service, twilio, clock))
    assert twilio.asked == [f"{at}/ME1"]
    assert sorted(twilio.deleted) == [f"{at}/ME1", f"{at}/ME2"]


def test_a_message_whose_words_and_pictures_are_gone_was_taken(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    sid = api.has("")
    api.attach(sid, ME1="image/jpeg")
    api.media[sid] = {}

    assert reconcile(service, settings, DAY) == Counts(found=1, known=1)
    assert counts(service.database, "conversation") == {"conversation": 0}


@pytest.mark.usefixtures("service")
def test_the_command_prints_counts_and_nothing_of_anybody(settings: Settings) -> None:
    env = {
        "DATABASE_URL": settings.database_url,
        "VAR_DIR": str(settings.var_dir),
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": settings.twilio_api_url,
        "TWILIO_FROM": OURS,
    }

    done = CliRunner().invoke(main, ["reconcile", "--hours", "2"], env=env)

    assert (done.exit_code, done.output) == (0, "0 found, 0 already here, 0 taken in, 0 not\n")


@pytest.mark.parametrize("hours", ["0", "25"])
def test_the_command_looks_back_a_day_at_most(hours: str) -> None:
    assert CliRunner().invoke(main, ["reconcile", "--hours", hours]).exit_code == 2


# --- emptying ----------------------------------------------------------------------------


def test_what_was_taken_in_and_what_arrived_is_emptied(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    taken, reply = api.has("They shouted at me"), api.has_sent("What happened?")
    service.receive(sms("They shouted at me", taken))

    assert empty(service, settings) == Counts(emptied=2)
    assert (api.body_of(taken), api.body_of(reply)) == ("", "")
    assert empty(service, settings) == Counts()


def test_what_is_not_taken_in_new_or_under_way_keeps_its_words(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    missing = api.has("not here yet")
    new = api.has("just now", ago=60)
    service.receive(sms("just now", new))
    kept = (missing, new, api.has_sent("under way", status="queued"), api.has_sent("x", status="sent"))
    long_sent = api.has_sent("some networks never say more", status="sent", ago=7200)

    assert empty(service, settings) == Counts(emptied=1)
    assert all(api.body_of(sid) for sid in kept)
    assert api.body_of(long_sent) == ""


def test_what_cannot_be_emptied_now_is_next_time(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    first, second = api.has_sent("one"), api.has_sent("two")
    api.refused = [second]
    assert empty(service, settings) == Counts(emptied=1, failed=1)

    api.refused = []

    assert empty(service, settings) == Counts(emptied=1)
    assert (api.body_of(first), api.body_of(second)) == ("", "")


@pytest.mark.both_databases
@pytest.mark.parametrize("redacts", [False, True])
def test_the_sweep_empties_only_where_that_is_set(
    service: Service, settings: Settings, api: TwilioApi, *, redacts: bool
) -> None:
    sid = api.has("english")

    reconciling.sweep(service, settings.model_copy(update={"twilio_redact": redacts}))

    assert counts(service.database, "turn") == {"turn": 1}
    assert bool(api.body_of(sid)) is not redacts


def test_the_sweep_says_nothing_of_anybody(
    service: Service, settings: Settings, api: TwilioApi, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    api.has("Brombeere")

    reconciling.sweep(service, settings.model_copy(update={"twilio_redact": True}))

    said = "".join(capsys.readouterr())
    assert "taken in late" in said
    assert [word for word in ("Brombeere", PHONE, PHONE[1:], "SM0000") if word in said] == []
    assert clock() == NOON


def test_one_that_cannot_be_taken_in_keeps_no_other_waiting(
    service: Service, settings: Settings, api: TwilioApi
) -> None:
    api.has("hello", sender="+447700900101", ago=900)
    api.has("hello", ago=600)
    _damage(service, "+447700900101")

    assert reconcile(service, settings, DAY) == Counts(found=2, taken=1, failed=1)


def _damage(service: Service, address: str) -> None:
    """Let somebody's conversation be one that no key of ours opens."""
    says(service, "english", address=address)
    with service.database.begin() as connection:
        of = store.CONVERSATION.c.key == service.cipher.hash("sms", address)
        connection.execute(update(store.CONVERSATION).where(of).values(state=bytes(60)))
