"""A question is for the reporter and the agency that asked it, and gives nothing else away."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from casebridge.asking import LONGEST_QUESTION, open_copy, open_question, reporter_key, seal_question
from casebridge.sealing import Tampered
from tests.casebridge.reports import CODE_KEY

KX7D = "KX7D-4MQP"
PUBLIC = reporter_key(CODE_KEY)


@given(st.text(max_size=LONGEST_QUESTION))
def test_the_return_code_opens_any_question(text: str) -> None:
    assert open_question(seal_question(text, PUBLIC, KX7D, "1"), CODE_KEY, KX7D, "1") == text


def test_the_agency_opens_its_own_copy() -> None:
    own = X25519PrivateKey.generate()
    copy = seal_question("When was it?", own.public_key().public_bytes_raw(), KX7D, "1")

    assert open_copy(copy, own, KX7D, "1") == "When was it?"


@pytest.mark.parametrize(
    ("code_key", "reference", "question_id"),
    [
        pytest.param(bytes(32), KX7D, "1", id="another code"),
        pytest.param(CODE_KEY, "CDFH-2347", "1", id="another report"),
        pytest.param(CODE_KEY, KX7D, "2", id="another question"),
    ],
)
def test_nothing_else_opens_it(code_key: bytes, reference: str, question_id: str) -> None:
    sealed = seal_question("When was it?", PUBLIC, KX7D, "1")

    with pytest.raises(Tampered):
        open_question(sealed, code_key, reference, question_id)


def test_every_question_is_as_long_as_any_other() -> None:
    texts = ("", "When?", "ش" * LONGEST_QUESTION, "😀" * LONGEST_QUESTION)

    assert len({len(seal_question(text, PUBLIC, KX7D, "1")) for text in texts}) == 1


def test_a_question_too_long_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="301"):
        seal_question("a" * 301, PUBLIC, KX7D, "1")
