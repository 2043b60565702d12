"""What an envelope gives away, to whom, and that it cannot be changed unnoticed."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from casebridge.report import AnswerState, Holds, Report
from casebridge.routing import views
from casebridge.sealing import (
    HEADER_AT_MOST,
    Header,
    NotEntitled,
    SealingError,
    Tampered,
    UnknownKey,
    open_sealed,
    open_with_code,
    read_header,
    seal,
)
from tests.casebridge.reports import (
    AREA,
    CODE_KEY,
    PAIRS,
    PRIVATE,
    RECIPIENTS,
    STORY,
    make_consent,
    make_pair,
    make_report,
    sealed,
)

KNOWN = Path(__file__).parent / "envelope-1.json"
ENVELOPE = sealed(make_report())


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
