"""What an envelope gives away, to whom, and that it cannot be changed unnoticed."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from casebridge.report import AnswerState, ConsentLevel, Holds, Report
from casebridge.routing import addition_views, views
from casebridge.sealing import (
    HEADER_AT_MOST,
    START_AT_MOST,
    Header,
    NotEntitled,
    SealingError,
    Tampered,
    UnknownKey,
    entitled,
    open_sealed,
    open_whole,
    open_with_code,
    read_header,
    seal,
    with_code,
    without_agencies,
)
from tests.casebridge.reports import (
    AREA,
    CODE_KEY,
    PAIRS,
    PRIVATE,
    RECIPIENTS,
    STORY,
    make_addition,
    make_consent,
    make_pair,
    make_report,
    sealed,
    sealed_addition,
)

KNOWN = Path(__file__).parent / "envelope-1.json"
ENVELOPE = sealed(make_report())
LEVELS = {"case_group": ConsentLevel.WITH_DETAILS, "police": ConsentLevel.WITHOUT_DETAILS}


def test_each_agency_opens_exactly_its_own_view() -> None:
    report = make_report()

    opened = {agency: open_sealed(ENVELOPE, agency, PRIVATE[agency]) for agency in ("case_group", "police")}

    assert opened == views(report, AREA)


def test_the_reporter_opens_the_whole_report() -> None:
    assert open_with_code(ENVELOPE, CODE_KEY) == make_report()


def test_the_reporter_opens_no_reason_for_its_band() -> None:
    envelope = sealed(make_report(reasons=("domestic",)))

    assert open_with_code(envelope, CODE_KEY).reasons == ()
    assert open_sealed(envelope, "case_group", PRIVATE["case_group"]).reasons == ("domestic",)
    assert open_sealed(envelope, "police", PRIVATE["police"]).reasons == ()


def test_an_agency_without_consent_has_nothing_to_open() -> None:
    with pytest.raises(NotEntitled):
        open_sealed(ENVELOPE, "housing", PRIVATE["housing"])


def test_another_code_opens_nothing() -> None:
    with pytest.raises(NotEntitled):
        open_with_code(ENVELOPE, bytes(32))


def test_another_agencys_keys_open_nothing() -> None:
    borrowed = {key_id: PRIVATE["police"][key_id] for key_id in PRIVATE["police"]}

    with pytest.raises(Tampered):
        open_sealed(ENVELOPE, "case_group", borrowed)


def test_an_agency_without_details_cannot_get_at_the_whole_body() -> None:
    """It rewrites the clear header to point at the whole report's body: the body then stays shut."""
    pointing_elsewhere = ENVELOPE.replace(b'"police":1', b'"police":0')

    assert pointing_elsewhere != ENVELOPE
    with pytest.raises(Tampered):
        open_sealed(pointing_elsewhere, "police", PRIVATE["police"])


def test_an_agency_without_details_cannot_use_the_whole_bodys_wrapped_key() -> None:
    """It puts the case group's wrapped key in its own place: it was wrapped for another."""
    keys = _keys(ENVELOPE)
    keys["agencies"]["police"] = keys["agencies"]["case_group"]
    swapped = _with_keys(ENVELOPE, orjson.dumps(keys))

    with pytest.raises(Tampered):
        open_sealed(swapped, "police", PRIVATE["police"])


def test_nothing_but_the_header_is_readable() -> None:
    clear = {b"KX7D-4MQP", b"case_group", b"police"}

    assert all(word in ENVELOPE for word in clear)
    assert not any(word in ENVELOPE for word in (STORY.encode(), b"Yarm", b"447700", b"TS18", b"religion"))


def test_the_header_says_no_more_than_order_and_destination_need() -> None:
    report = make_report()

    header = read_header(ENVELOPE[:HEADER_AT_MOST])

    assert header == Header(
        reference=report.reference,
        urgency=report.urgency,
        language=report.language,
        day=report.submitted_on,
        bodies={"case_group": 0, "police": 1},
    )


def test_agencies_with_equal_views_share_one_body() -> None:
    consents = (make_consent("case_group"),)
    alone = make_report(consents=consents)

    assert set(read_header(sealed(alone)).bodies.values()) == {0}


def test_a_story_a_little_longer_leaves_the_envelope_as_long() -> None:
    assert len(sealed(_with_story("a" * 100))) == len(sealed(_with_story("a" * 900)))


@pytest.mark.parametrize("letters", [0, 1, 900, 5_000, 70_000, 300_000])
def test_a_story_of_any_length_comes_back_whole(letters: int) -> None:
    report = _with_story("ش" * letters)

    assert open_sealed(sealed(report), "case_group", PRIVATE["case_group"]).answers == report.answers


@given(st.text(max_size=50))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    report = _with_story(text)

    assert open_with_code(sealed(report), CODE_KEY) == report


def test_no_two_envelopes_of_one_report_are_alike() -> None:
    assert sealed(make_report()) != sealed(make_report())


@given(at=st.integers(0, len(ENVELOPE) - 1), bit=st.integers(0, 7))
def test_an_envelope_changed_anywhere_opens_to_the_same_report_or_not_at_all(at: int, bit: int) -> None:
    changed = bytearray(ENVELOPE)
    changed[at] ^= 1 << bit

    for agency in ("case_group", "police"):
        _assert_same_or_shut(bytes(changed), agency)


@given(st.integers(0, len(ENVELOPE) - 1))
def test_an_envelope_cut_short_is_noticed(length: int) -> None:
    with pytest.raises(SealingError):
        open_with_code(ENVELOPE[:length], CODE_KEY)


@given(st.binary(max_size=200))
def test_what_never_was_an_envelope_is_noticed(content: bytes) -> None:
    with pytest.raises(Tampered):
        open_with_code(content, CODE_KEY)


def test_bodies_of_two_reports_cannot_be_exchanged() -> None:
    other = sealed(make_report(reference="CDFH-2347"))
    mixed = ENVELOPE.replace(b"KX7D-4MQP", b"CDFH-2347")

    assert len(mixed) == len(other)
    with pytest.raises(NotEntitled):
        open_with_code(mixed, CODE_KEY)
    with pytest.raises(Tampered):
        open_sealed(mixed, "case_group", PRIVATE["case_group"])


def test_a_key_that_is_not_here_is_named() -> None:
    with pytest.raises(UnknownKey) as raised:
        open_sealed(ENVELOPE, "police", {})

    assert raised.value.key_id == PAIRS["police"].public.id


def test_after_a_rotation_older_and_newer_envelopes_open() -> None:
    newer = make_pair("police", number=2)
    report = make_report()
    both = PRIVATE["police"] | newer.private

    later = seal(report, views(report, AREA), RECIPIENTS | {"police": newer.public}, CODE_KEY)

    assert open_sealed(ENVELOPE, "police", both) == open_sealed(later, "police", both)


def test_an_agency_without_a_key_stops_the_sealing() -> None:
    report = make_report()

    with pytest.raises(KeyError, match="police"):
        seal(report, views(report, AREA), {"case_group": RECIPIENTS["case_group"]}, CODE_KEY)


def test_errors_name_the_report_and_none_of_its_words() -> None:
    with pytest.raises(Tampered) as raised:
        open_sealed(ENVELOPE.replace(b'"police":1', b'"police":0'), "police", PRIVATE["police"])

    assert (raised.value.args, raised.value.__cause__) == (("KX7D-4MQP",), None)


def test_envelopes_of_the_first_format_open_for_ever() -> None:
    known = orjson.loads(KNOWN.read_bytes())
    envelope = b64decode(known["envelope"])
    keys = {known["key_id"]: X25519PrivateKey.from_private_bytes(bytes.fromhex(known["private_key"]))}

    assert open_with_code(envelope, CODE_KEY) == make_report()
    assert open_sealed(envelope, "police", keys) == views(make_report(), AREA)["police"]


def test_a_report_without_addition_has_the_header_of_the_first_format() -> None:
    """So whatever reads headers of older envelopes reads these."""
    first = b64decode(orjson.loads(KNOWN.read_bytes())["envelope"])
    end = 8 + int.from_bytes(first[4:8])

    assert ENVELOPE[:end] == first[:end]


def test_an_addition_from_the_same_phone_is_for_its_agencies_alone() -> None:
    addition = make_addition()
    envelope = sealed_addition(addition, LEVELS)

    group = open_sealed(envelope, "case_group", PRIVATE["case_group"])
    police = open_sealed(envelope, "police", PRIVATE["police"])

    assert group == addition.model_copy(update={"agency": "case_group"})
    assert [answer.name for answer in police.answers] == ["strands"]
    assert read_header(envelope).addition == addition.addition
    with pytest.raises(NotEntitled):
        open_with_code(envelope, CODE_KEY)


def test_an_addition_sealed_with_the_code_opens_with_it() -> None:
    addition = make_addition()

    envelope = seal(addition, addition_views(addition, LEVELS, AREA), RECIPIENTS, CODE_KEY)

    assert open_with_code(envelope, CODE_KEY) == addition


def test_keys_of_one_addition_open_no_other() -> None:
    one, other = (sealed_addition(make_addition(number), LEVELS) for number in (1, 2))
    swapped = _with_keys(other, orjson.dumps(_keys(one)))
    renamed = one.replace(make_addition(1).addition.encode(), make_addition(2).addition.encode())

    for envelope in (swapped, renamed):
        with pytest.raises(Tampered):
            open_sealed(envelope, "case_group", PRIVATE["case_group"])


@given(st.sets(st.sampled_from(["case_group", "police", "housing"])))
def test_an_agency_taken_out_opens_nothing_and_nothing_changes_for_the_others(gone: set[str]) -> None:
    less = without_agencies(ENVELOPE, gone)

    assert entitled(less[:START_AT_MOST]) == tuple(a for a in ("case_group", "police") if a not in gone)
    assert open_with_code(less, CODE_KEY) == make_report()
    for agency in ("case_group", "police"):
        if agency in gone:
            with pytest.raises(NotEntitled):
                open_sealed(less, agency, PRIVATE[agency])
        else:
            assert open_sealed(less, agency, PRIVATE[agency]) == views(make_report(), AREA)[agency]


def test_an_agency_taken_out_cannot_be_put_back_from_another_envelope_of_the_report() -> None:
    keys = _keys(without_agencies(ENVELOPE, ["police"]))
    keys["agencies"]["police"] = _keys(sealed(make_report()))["agencies"]["police"]

    with pytest.raises(Tampered):
        open_sealed(_with_keys(ENVELOPE, orjson.dumps(keys)), "police", PRIVATE["police"])


def test_the_reasons_come_back_for_sealing_again_and_not_for_showing() -> None:
    report = make_report(reasons=("domestic",))
    envelope = sealed(report)

    assert open_whole(envelope, CODE_KEY) == report
    assert open_with_code(envelope, CODE_KEY) == make_report()


def test_another_code_takes_the_place_of_the_old_and_nothing_else_changes() -> None:
    new_key = bytes(range(1, 33))
    before = sealed(make_report())

    after = with_code(before, CODE_KEY, new_key)

    assert open_with_code(after, new_key) == open_with_code(before, CODE_KEY)
    with pytest.raises(NotEntitled):
        open_with_code(after, CODE_KEY)
    assert _keys(after)["agencies"] == _keys(before)["agencies"]
    start = 8 + int.from_bytes(before[4:8])
    assert after[:start] == before[:start]
    assert after[-4096:] == before[-4096:]
    assert len(after) == len(before)


def test_only_who_holds_the_old_code_puts_another_in_its_place() -> None:
    addition = sealed_addition(make_addition(), {"case_group": ConsentLevel.WITH_DETAILS})

    for envelope in (sealed(make_report()), addition):
        with pytest.raises(NotEntitled):
            with_code(envelope, bytes(32), CODE_KEY)


def test_what_was_erased_is_for_nobody() -> None:
    assert entitled(b"") == ()


def _with_story(story: str) -> Report:
    answer = make_report().answers[3].model_copy(update={"value": story, "said": story})
    assert (answer.holds, answer.state) == (Holds.WORDS, AnswerState.ANSWERED)
    return make_report(answers=(answer,))


def _assert_same_or_shut(envelope: bytes, agency: str) -> None:
    try:
        opened = open_sealed(envelope, agency, PRIVATE[agency])
    except SealingError:
        return
    assert opened == views(make_report(), AREA)[agency]


def _keys(envelope: bytes) -> Any:
    at = 8 + int.from_bytes(envelope[4:8])
    length = int.from_bytes(envelope[at : at + 4])
    return orjson.loads(envelope[at + 4 : at + 4 + length])


def _with_keys(envelope: bytes, keys: bytes) -> bytes:
    at = 8 + int.from_bytes(envelope[4:8])
    end = at + 4 + int.from_bytes(envelope[at : at + 4])
    return envelope[:at] + len(keys).to_bytes(4) + keys + envelope[end:]
