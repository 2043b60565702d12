"""A draft that is put off and taken up with its code: moved whole, once, by whoever is first."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update

from bot import album, store
from bot.arrival import Arrival
from bot.core.conversation import Stage
from bot.core.turn import start
from bot.drafts import NoDraftKey
from bot.keeping import DRAFT_KEPT, PAUSED_KEPT
from bot.service import LAST_TURN_KEPT, Service
from bot.settings import Settings
from bot.store import DRAFT_CODE
from bot.wording import Message, as_text
from casebridge import boxes
from casebridge.keyring import read_keyring
from casebridge.returncode import code_keys, new_code, show_code
from casebridge.sealing import open_sealed
from tests.making import PHONE, Clock, conversation, counts, decimals, make_service, mms, rows, say, sms
from tests.pictures import picture
from tests.reporter import ByService, Reporter
from tests.service.racing import die_at
from tests.talk import SHORT_REPORT, TEXTS

OTHER, THIRD = "+447700900999", "+447700900111"
BEGUN, REST = SHORT_REPORT[:5], SHORT_REPORT[5:]
TABLES = ("conversation", "turn", "photo", "draft_code")
SECOND = timedelta(seconds=1)
FEWEST_STEPS = 8  # a statement that looks, two that write, a commit: before and after each


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(service: Service, clock: Clock) -> Service:
    """The service with a clock the test turns forward."""
    return replace(service, now=clock)


def put_off(service: Service, *says: str, address: str = PHONE) -> str:
    """Begin a report, put it off, and return its code."""
    return code_in(say(service, *(says or BEGUN), "later", address=address))


def code_in(messages: tuple[Message, ...]) -> str:
    (text,) = (message.text for message in messages if "code" in message.text)
    return decimals([text.splitlines()[1]])


def goes_on(service: Service, code: str, address: str = OTHER) -> str:
    return as_text(say(service, "english", code, address=address))


# --- moved whole -----------------------------------------------------------------------------


def test_a_draft_goes_on_where_its_code_is_brought_and_is_nowhere_else(service: Service) -> None:
    code = put_off(service)
    before = conversation(service)

    heard = goes_on(service, code)

    after = conversation(service, address=OTHER)
    assert heard.startswith("Welcome back. We go on where we stopped.")
    assert after == before._replace(stage=Stage.OPEN, shown=after.shown)
    assert conversation(service) == start(service.knowledge, "sms")
    assert counts(service.database, *TABLES)["draft_code"] == 1


def test_what_was_said_where_it_was_begun_is_gone(service: Service) -> None:
    code = put_off(service)

    goes_on(service, code)

    key = service.cipher.hash("sms", PHONE)
    turns = [body for of, _, _, body, _ in rows(service.database)["turn"] if of == key]
    assert len(turns) == len(BEGUN) + 1
    assert set(turns) == {b""}


def test_where_it_was_begun_the_next_word_is_a_fresh_start(service: Service) -> None:
    code = put_off(service)
    goes_on(service, code)

    assert say(service, "hello")[0].step == "language"


def test_a_message_of_before_that_comes_again_where_it_was_begun_brings_nothing_back(
    service: Service,
) -> None:
    story, later = sms("they shouted at me in the street"), sms("later")
    say(service, *BEGUN[:3])
    service.receive(story)
    code = code_in(service.receive(later))
    goes_on(service, code)
    before = rows(service.database, *TABLES)

    assert (service.receive(story), service.receive(later)) == ((), ())

    assert rows(service.database, *TABLES) == before


def test_a_report_gone_on_with_twice_is_sent_once_with_all_that_was_told(
    service: Service, settings: Settings
) -> None:
    first = put_off(service)
    goes_on(service, first)
    second = code_in(say(service, "race", "later", address=OTHER))
    goes_on(service, second, THIRD)

    say(service, *REST[1:], address=THIRD)

    (row,) = rows(service.database)["report"]
    report = open_sealed(row[2], "case_group", read_keyring(settings).of("case_group"))
    answers = {answer.name: answer.value for answer in report.answers}
    assert answers["story"] == "they shouted at me"
    assert answers["why"] == ("race_or_ethnicity",)


@pytest.mark.both_databases
def test_pictures_go_along_and_open_only_where_they_are_now(service: Service) -> None:
    say(service, *BEGUN[:3])
    service.receive(mms(picture(), picture(colour="blue"), text="look at this"))
    before = pictures(service, PHONE)
    code = code_in(say(service, "later"))

    goes_on(service, code)

    assert len(before) == 2
    assert pictures(service, OTHER) == before
    assert pictures(service, PHONE) == {}
    _finish(service)
    assert counts(service.database, "report_photo", "photo") == {"report_photo": 2, "photo": 0}


def _finish(service: Service) -> None:
    reporter = Reporter(ByService(service, OTHER), answers={"contact": "no"})
    reporter.heard = reporter.line.say("done")  # with the story, which is what is asked for
    reporter.go_on_until(lambda: reporter.hears(TEXTS.sent))


def pictures(service: Service, address: str) -> dict[str, album.Picture]:
    with service.database.read() as connection:
        key = service.cipher.hash("sms", address)
        return dict(album.draft(connection, service.cipher, key, {}).here)


# --- the code --------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_the_code_leads_to_wherever_the_draft_is_now(service: Service) -> None:
    code = put_off(service)
    goes_on(service, code)
    moved = conversation(service, address=OTHER)

    assert goes_on(service, code, THIRD).startswith("Welcome back")

    assert conversation(service, address=THIRD) == moved
    assert conversation(service, address=OTHER) == start(service.knowledge, "sms")


def test_the_code_of_the_later_word_is_the_one_that_works(service: Service) -> None:
    first = put_off(service)
    second = code_in(say(service, "later"))

    assert "I find no report for that code" in goes_on(service, first)
    assert "Welcome back" in as_text(say(service, second, address=OTHER))
    assert counts(service.database, "draft_code")["draft_code"] == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("says", [("delete",), REST], ids=["erased", "sent"])
def test_with_the_draft_its_code_is_gone(service: Service, says: tuple[str, ...]) -> None:
    code = put_off(service)
    say(service, "hello", *says)

    assert counts(service.database, "draft_code")["draft_code"] == 0
    assert "I find no report for that code" in goes_on(service, code)


def test_leaving_the_page_keeps_what_was_put_off_for_its_code_and_shows_nothing(service: Service) -> None:
    code = put_off(service)

    service.forget("sms", PHONE)

    assert service.history("sms", PHONE, "") == ()
    assert goes_on(service, code).startswith("Welcome back.")


def test_leaving_the_page_after_going_on_keeps_it_for_the_code_too(service: Service) -> None:
    code = put_off(service)
    say(service, "hello")

    service.forget("sms", PHONE)

    assert service.history("sms", PHONE, "") == ()
    assert goes_on(service, code).startswith("Welcome back.")


def test_on_the_phone_it_was_given_on_any_word_goes_on_and_the_code_still_works(service: Service) -> None:
    code = put_off(service)
    say(service, "hello", "race")

    assert "Welcome back" in goes_on(service, code)
    assert conversation(service, address=OTHER).answers["why"].value == ("race_or_ethnicity",)


def test_sent_to_the_phone_it_was_given_on_it_goes_on_there(service: Service) -> None:
    code = put_off(service)
    say(service, "hello")

    heard = as_text(say(service, code))

    assert heard.startswith("Welcome back")
    assert conversation(service).stage is Stage.OPEN
    assert code not in repr(conversation(service))


def test_where_another_report_was_begun_nothing_moves(service: Service) -> None:
    code = put_off(service)
    say(service, *BEGUN, address=OTHER)
    before = _drafts(service)

    heard = as_text(say(service, code, address=OTHER))

    assert heard.startswith("You have begun a report here.")
    assert _drafts(service) == before
    say(service, "delete", address=OTHER)
    assert "Welcome back" in goes_on(service, code)


def test_codes_that_are_wrong_move_nothing(service: Service) -> None:
    put_off(service)
    say(service, "english", address=OTHER)
    before = rows(service.database, "draft_code"), conversation(service)

    wrong = [show_code(new_code(bytes([number]) * 16)) for number in range(1, 41)]
    heard = {as_text(say(service, code, address=OTHER)) for code in wrong}

    assert len(heard) == 1
    assert heard.pop().startswith("I find no report for that code.")
    assert (rows(service.database, "draft_code"), conversation(service)) == before


def _drafts(service: Service) -> tuple[object, ...]:
    found = rows(service.database, "draft_code"), conversation(service)
    return (*found, conversation(service, address=OTHER))


def test_without_the_code_its_row_says_nothing_of_whose_draft_it_leads_to(service: Service) -> None:
    """Not even with the draft key; that opens the draft itself, and there stands the id of its code."""
    code = put_off(service)
    key = service.cipher.hash("sms", PHONE)
    ((code_id, body, _),) = rows(service.database, "draft_code")["draft_code"]
    own = code_keys(code, service.recipients.pepper)

    assert key not in code_id + body
    for row in (key, code_id):
        with pytest.raises(NoDraftKey):
            service.cipher.decrypt(body, row)
    assert (own.id, boxes.decrypt(own.key, body, own.id)) == (code_id, key)
    assert conversation(service).code_id == code_id.hex()


def test_a_row_put_in_place_of_another_leads_nowhere(service: Service) -> None:
    code = put_off(service)
    with service.database.begin() as connection:
        connection.execute(update(DRAFT_CODE).values(body=bytes(60)))

    assert "I find no report for that code" in goes_on(service, code)


# --- how long --------------------------------------------------------------------------------


def test_the_code_is_kept_as_long_as_the_draft(timed: Service, clock: Clock) -> None:
    code = put_off(timed)
    clock.at += PAUSED_KEPT - SECOND
    _purge(timed, clock)

    assert "Welcome back" in goes_on(timed, code)


def test_stop_after_later_keeps_the_draft_as_long_as_was_said(timed: Service, clock: Clock) -> None:
    code = put_off(timed)
    say(timed, "stop")
    clock.at += PAUSED_KEPT - SECOND
    _purge(timed, clock)

    assert "Welcome back" in goes_on(timed, code)
    assert conversation(timed).stage is Stage.STOPPED


@pytest.mark.both_databases
@pytest.mark.parametrize("purged", [True, False])
def test_once_its_time_is_over_the_code_leads_nowhere(timed: Service, clock: Clock, *, purged: bool) -> None:
    code = put_off(timed)
    clock.at += PAUSED_KEPT
    if purged:
        _purge(timed, clock)
        assert counts(timed.database, *TABLES) == dict.fromkeys(TABLES, 0)

    assert "I find no report for that code" in goes_on(timed, code)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_draft_gone_on_with_is_kept_a_week_and_its_code_no_longer(
    timed: Service, clock: Clock, *, elsewhere: bool
) -> None:
    code = put_off(timed)
    if elsewhere:
        goes_on(timed, code)
    else:
        say(timed, "hello")
    clock.at += DRAFT_KEPT - SECOND
    _purge(timed, clock)
    assert conversation(timed, address=OTHER if elsewhere else PHONE).answers["story"]

    clock.at += SECOND
    _purge(timed, clock)

    assert counts(timed.database, *TABLES) == dict.fromkeys(TABLES, 0)


def test_the_reply_with_the_code_is_told_again_for_a_day(timed: Service, clock: Clock) -> None:
    say(timed, *BEGUN)
    later = sms("later")
    first = timed.receive(later)
    clock.at += LAST_TURN_KEPT - SECOND
    _purge(timed, clock)
    assert timed.receive(later) == first

    clock.at += SECOND
    _purge(timed, clock)

    key = timed.cipher.hash("sms", PHONE, later.message_id)
    assert key not in {turn for _, turn, *_ in rows(timed.database)["turn"]}


def _purge(service: Service, clock: Clock) -> None:
    with service.database.begin() as connection:
        store.purge(connection, clock.at)


# --- again, at once, killed ------------------------------------------------------------------


@pytest.mark.both_databases
def test_the_message_that_brought_the_code_hears_the_same_again_and_moves_nothing(
    service: Service,
) -> None:
    code = put_off(service)
    say(service, "english", address=OTHER)
    brought = sms(code, address=OTHER)
    first = service.receive(brought)
    before = rows(service.database, *TABLES)

    assert service.receive(brought) == first

    assert rows(service.database, *TABLES) == before


@pytest.mark.both_databases
def test_of_two_phones_with_one_code_the_draft_is_on_one(service: Service) -> None:
    code = put_off(service)
    for address in (OTHER, THIRD):
        say(service, "english", address=address)

    heard = _at_once(service, [sms(code, address=OTHER), sms(code, address=THIRD)])

    begins = sorted(text.split(".")[0] for text in heard)
    assert begins == ["Welcome back", "Welcome back"]  # it moved twice: the code is of whoever holds it
    told = [len(conversation(service, address=each).answers) for each in (PHONE, OTHER, THIRD)]
    assert sorted(told)[:2] == [1, 1]  # nothing but the channel
    assert sorted(told)[2] > 1
    assert counts(service.database, "draft_code")["draft_code"] == 1


@pytest.mark.both_databases
def test_an_answer_where_it_was_begun_at_the_same_moment_is_kept_there_or_goes_along(
    service: Service,
) -> None:
    for _ in range(5):
        code = put_off(service, *SHORT_REPORT[:4])
        say(service, "english", address=OTHER)

        _at_once(service, [sms("and then they ran away laughing"), sms(code, address=OTHER)])

        stayed, moved = conversation(service), conversation(service, address=OTHER)
        assert moved.parts[0] == "they shouted at me"
        assert (*moved.parts[1:], *stayed.parts) == ("and then they ran away laughing",)
        with service.database.begin() as connection:
            for address in (PHONE, OTHER):
                store.forget(connection, service.cipher.hash("sms", address))
            connection.execute(DRAFT_CODE.delete())


@pytest.mark.both_databases
def test_one_code_sent_twice_at_once_by_the_provider_moves_once(service: Service) -> None:
    code = put_off(service)
    say(service, "english", address=OTHER)
    brought = sms(code, address=OTHER)

    heard = _at_once(service, [brought] * 4)

    assert len({*heard}) == 1
    assert heard[0].startswith("Welcome back")


def _at_once(service: Service, arrivals: list[Arrival]) -> list[str]:
    barrier = Barrier(len(arrivals))

    def receive(arrival: Arrival) -> str:
        barrier.wait()
        return as_text(service.receive(arrival))

    with ThreadPoolExecutor(len(arrivals)) as pool:
        return list(pool.map(receive, arrivals))


@pytest.mark.both_databases
@pytest.mark.parametrize("moves", [True, False], ids=["taken up", "put off"])
def test_a_process_killed_at_any_point_leaves_the_whole_turn_or_none(
    settings: Settings, *, moves: bool
) -> None:
    service = make_service(settings)
    step = 1

    while _killed(service, settings, step, moves=moves):
        step += 1

    assert step > FEWEST_STEPS
    service.database.close()


def _killed(service: Service, settings: Settings, step: int, *, moves: bool) -> bool:
    """Take a turn in a process that dies at that step, then once more; say whether there is such a step."""
    phone, other = f"+4477{step:08}", f"+4478{step:08}"
    say(service, *BEGUN[:3], address=phone)
    service.receive(mms(picture(), address=phone))
    say(service, "look", address=phone)
    arrival = sms("later", address=phone)
    if moves:
        code = put_off(service, "hello", address=phone)
        say(service, "english", address=other)
        arrival = sms(code, address=other)
    before = _all(service, phone, other)
    if not die_at(service, settings, step, arrival):
        return False
    left = _all(service, phone, other)

    heard = as_text(service.receive(arrival))

    after = _all(service, phone, other)
    assert left in (before, after)
    assert before != after
    assert ("Welcome back" if moves else "return code") in heard
    return True


def _all(service: Service, *phones: str) -> tuple[object, ...]:
    """What there is of these phones, and how many rows there are at all."""
    keys = [service.cipher.hash("sms", phone) for phone in phones]
    with service.database.read() as connection:
        states = [store.load(connection, service.cipher, key, b"") for key in keys]
        kept = [sorted(album.draft(connection, service.cipher, key, {}).here) for key in keys]
        codes = sorted(connection.execute(select(DRAFT_CODE.c.code_id)).scalars())
    return states, kept, codes, counts(service.database, "turn")
