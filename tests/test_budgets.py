"""Budgets: who writes fast is slowed, who sends much is marked, nobody is refused."""

import threading

import pytest

from bot.budgets import REMEMBERED, Bucket, Buckets, Budgets, Rate, Who
from bot.pacing import LONGEST_SECONDS, SLEEPERS, THREADS, Pacing, place_of
from casebridge.report import Pace
from tests.making import Ticks

SOME = Rate(3, 0.5)
PHONE = Who(b"a phone", None, "sms")


def browser(number: int, network: bytes | None = b"library") -> Who:
    return Who(f"chat {number}".encode(), network, "web")


def test_a_bucket_gives_so_many_at_once_and_then_as_they_come_back() -> None:
    bucket = Bucket(SOME, now=0)

    over = [bucket.take(at) for at in (0, 0, 0, 0, 1, 2, 2, 4)]

    assert over == [0, 0, 0, 2, 1, 0, 2, 0]


def test_a_bucket_stays_strained_until_it_is_full_again() -> None:
    bucket = Bucket(SOME, now=0)
    for _ in range(4):
        bucket.take(0)

    seen = []
    for at in (0, 5.9, 6):
        bucket.fill(at)
        seen.append(bucket.strained)

    assert seen == [True, True, False]


def test_a_clock_that_goes_back_brings_nothing_and_breaks_nothing() -> None:
    bucket = Bucket(Rate(1, 1), now=10)

    assert [bucket.take(at) for at in (10, 4, 4.5, 5)] == [0, 1, 0.5, 0]


def test_what_is_remembered_is_bounded_and_the_one_unused_longest_goes() -> None:
    buckets = Buckets(Rate(1, 0.001), most=2)
    buckets.take("a", 0)
    buckets.take("b", 0)
    assert buckets.take("a", 0) > 0
    buckets.take("c", 0)

    over = [buckets.take("a", 0), buckets.take("b", 0)]

    assert (over[0] > 0, over[1], len(buckets)) == (True, 0, 2)


def test_many_chats_of_one_address_do_not_make_the_address_forgotten() -> None:
    budgets = Budgets()
    for number in range(REMEMBERED + 1):
        budgets.message(browser(number), now=0)

    assert budgets.message(browser(-1), now=0) > 0
    assert budgets.message(browser(-1, b"home"), now=0) == 0


def test_a_conversation_that_floods_costs_its_neighbours_behind_the_address_nothing() -> None:
    budgets = Budgets()
    slowed = [budgets.message(browser(1), now=0) > 0 for _ in range(5000)]

    assert (slowed.count(False), budgets.message(browser(2), now=0)) == (60, 0)


def test_reports_of_one_address_are_marked_with_it_and_cost_the_others_nothing() -> None:
    budgets = Budgets()

    marks = [budgets.report(browser(number), now=0) for number in range(200)]

    assert marks == [()] * 20 + [(Pace.ADDRESS,)] * 180
    assert budgets.report(browser(1000, b"home"), now=0) == ()


def test_who_writes_two_hundred_messages_in_a_minute_is_slowed_and_their_report_marked() -> None:
    ticks = Ticks()
    pacing = Pacing(ticks, ticks.sleep)
    began = ticks.at

    for _ in range(200):
        ticks.at += 0.3
        pacing.message(PHONE)

    assert ticks.at - began > 2 * 60
    assert {0 < slept <= LONGEST_SECONDS for slept in ticks.slept} == {True}
    assert pacing.report(PHONE) == (Pace.CONVERSATION,)
    assert pacing.report(browser(1)) == ()


def test_an_hour_of_telling_at_a_steady_pace_is_neither_slowed_nor_marked() -> None:
    ticks = Ticks()
    pacing = Pacing(ticks, ticks.sleep)

    for _ in range(60 * 30):
        ticks.at += 2
        pacing.message(PHONE)

    assert (ticks.slept, pacing.report(PHONE)) == ([], ())


def test_only_a_quarter_of_the_threads_ever_wait_and_the_others_are_answered() -> None:
    asleep, wake, ticks = threading.Barrier(SLEEPERS + 1), threading.Event(), Ticks()

    def sleep(_: float) -> None:
        asleep.wait(10)
        wake.wait(10)

    pacing = Pacing(ticks, sleep)
    for _ in range(60):
        pacing.message(PHONE)
    waiting = [threading.Thread(target=pacing.message, args=(PHONE,)) for _ in range(SLEEPERS)]
    for thread in waiting:
        thread.start()
    asleep.wait(10)

    pacing.message(PHONE)
    pacing.message(browser(1))
    code_tried = [pacing.may_try_code(PHONE) for _ in range(6)]

    wake.set()
    for thread in waiting:
        thread.join()
    assert code_tried == [True] * 5 + [False]
    assert max(1, THREADS // 4) == SLEEPERS


def test_ten_thousand_codes_are_not_tried_in_an_hour_wherever_they_come_from() -> None:
    """From as many chats and addresses as one likes; one after the other, as one thread answers them."""
    ticks = Ticks()
    pacing = Pacing(ticks, ticks.sleep)
    began = ticks.at

    tried = [pacing.may_try_code(browser(n, str(n % 1000).encode())) for n in range(10_000)]

    assert all(tried)
    assert ticks.at - began > 3600


def test_while_codes_are_tried_in_a_flood_a_code_from_elsewhere_is_looked_for_at_once() -> None:
    ticks = Ticks()
    pacing = Pacing(ticks, ticks.sleep)
    for number in range(200):
        pacing.may_try_code(browser(number))
    ticks.slept.clear()

    looked_for = [pacing.may_try_code(who) for who in (browser(1000, b"home"), PHONE)]

    assert (looked_for, ticks.slept) == ([True, True], [])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_an_address_stands_for_one_place(one: str, other: str, same: bool) -> None:
    pacing = Pacing(Ticks())

    assert (pacing.who(b"", one, "web").network == pacing.who(b"", other, "web").network) is same


@pytest.mark.parametrize("none", ["", "unix:", "203.0.113.7:443", "x" * 10_000])
def test_what_is_no_address_has_no_budget_of_one(none: str) -> None:
    assert Pacing(Ticks()).who(b"", none, "web").network is None


def test_an_address_is_known_by_a_hash_that_is_another_one_tomorrow_and_in_another_process() -> None:
    ticks = Ticks()
    pacing = Pacing(ticks)

    today = [pacing.who(b"", "203.0.113.7", "web").network for _ in range(2)]
    elsewhere = Pacing(ticks).who(b"", "203.0.113.7", "web").network
    ticks.at += 24 * 3600
    tomorrow = pacing.who(b"", "203.0.113.7", "web").network

    assert today[0] == today[1]
    assert len({today[0], elsewhere, tomorrow, place_of("203.0.113.7")}) == 4
