"""What people and phones send by text message, and what comes back."""

import sys
import unicodedata
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Request

from bot.channels.sms import twiml
from bot.core.conversation import Stage
from bot.handset import PROVIDER_ANSWERS
from bot.service import Service
from tests.making import FORM_TYPE, conversation, counts, post_sms, sms_form, texts_of, twilio_body
from tests.reporter import BySms, Heard, Reporter
from tests.talk import TEXTS

FIXED = settings(deadline=None, derandomize=True, database=None)
LONG = 100_000
ODD: Mapping[str, str] = {
    "empty": "",
    "blank": " \t\r\n\u00a0\u200b\u2003",
    "long": "a" * LONG,
    "long and many words": "word " * (LONG // 5),
    "long and no letter": "😡" * (LONG // 20),
    "control characters": "\x00\x01\x07\x08\x0b\x0c\x1b\x1f\x7f\x85\u2028",
    "NUL in words": "they\x00 said\ufffe that\uffff",
    "not characters": "\ufdd0\ufffe\uffff\U0001fffe\U0010ffff",
    "emoji": "👍🏽👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "direction marks": "\u202eabc\u202d\u2066\u2069\u200f",
    "markup": "</Message></Response><Response>&amp;]]><![CDATA[&#0;<?xml?>",
    "braces": "{reference} {0} %s %(x)s ${jndi:ldap://x}",
    "digits out of range": "0 99 -1 ½ ² 一 1e9 0x1 9999999999999999999999",
    "a replacement character": "\ufffd\ufffd",
}  # fmt: skip
SENDERS = ("HMRC", "84433", "+266696687", "GB." + "1" * 128, "ü")
RETURNS = ({"Body": "START", "OptOutType": "START"}, {"Body": "Unstop"}, {"Body": "hello"})


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_whatever_is_sent_is_answered_and_the_report_is_finished_all_the_same(
    client: FlaskClient, body: str
) -> None:
    line = BySms(client)

    def send_it() -> Heard:
        heard = line.say(body)
        assert heard.text
        return heard

    reporter = Reporter(line, before=send_it).report()

    assert reporter.code


def test_a_hundred_thousand_emoji_are_asked_for_in_shorter_parts(client: FlaskClient) -> None:
    Reporter(BySms(client)).begin()

    heard = BySms(client).say("😡" * LONG)

    assert heard.text.startswith(TEXTS.too_long.text)


@pytest.mark.parametrize("body", [b"Body=%ED%A0%80%ED%B0%80", b"Body=%FF%FE%C3", b"Body=%F4%90%80%80"])
def test_half_characters_and_broken_ones_are_asked_about_again(
    client: FlaskClient, service: Service, body: bytes
) -> None:
    reporter = Reporter(BySms(client)).begin()
    form = sms_form("")
    del form["Body"]
    decoded = form | {"Body": _as_read(body)}

    texts = texts_of(post_sms(client, decoded, body=_encoded(form) + b"&" + body))

    assert reporter.question().ask.text in " ".join(texts)
    assert conversation(service).misses == 1


def test_a_picture_before_its_time_is_not_fetched_and_the_question_is_asked_again(
    client: FlaskClient,
) -> None:
    reporter = Reporter(BySms(client)).begin()
    media = {"NumMedia": "1", "MediaUrl0": "file:///etc/passwd", "MediaContentType0": "image/jpeg"}

    (heard,) = texts_of(post_sms(client, sms_form("", **media)))

    question = reporter.heard.text.rpartition("\n\n")[2]
    assert heard == f"{TEXTS.photo_not_now.text}\n\n{question}"


@pytest.mark.parametrize("lacks", [("MessageSid", "SmsSid"), ("From",)])
def test_a_message_that_cannot_be_answered_is_passed_over(
    client: FlaskClient, service: Service, lacks: tuple[str, ...]
) -> None:
    form = {name: value for name, value in sms_form("hello").items() if name not in lacks}

    assert texts_of(post_sms(client, form)) == ()
    assert counts(service.database)["conversation"] == 0


@pytest.mark.parametrize("sender", SENDERS)
def test_an_address_is_opaque(client: FlaskClient, service: Service, sender: str) -> None:
    assert texts_of(post_sms(client, sms_form("english", sender=sender))) != ()
    assert conversation(service, address=sender).language == "en"


def test_the_digits_of_every_script_choose(client: FlaskClient, service: Service) -> None:
    line = BySms(client)
    Reporter(line).begin()
    ones = [chr(point) for point in range(sys.maxunicode + 1) if unicodedata.decimal(chr(point), 0) == 1]
    missed = []

    for one in ones:
        line.say(one)
        if conversation(service).answers["role"].value != "victim":
            missed.append(one)
        line.say("back")

    assert len(ones) > 60
    assert missed == []


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(st.characters(codec="utf-8"), max_size=80), number=st.integers(10**9, 10**10))
def test_any_text_is_answered_in_twiml_that_parses(client: FlaskClient, text: str, number: int) -> None:
    phone = f"+44{number}"
    post_sms(client, sms_form("english", sender=phone))

    answered = texts_of(post_sms(client, sms_form(text, sender=phone)))

    assert bool(answered) is (text.strip().casefold() not in PROVIDER_ANSWERS)
    assert texts_of(post_sms(client, sms_form("menu", sender=phone))) != ()


# --- words that Twilio takes for itself --------------------------------------------------


def test_an_opt_out_that_twilio_answers_is_obeyed_in_silence(client: FlaskClient, service: Service) -> None:
    for word in PROVIDER_ANSWERS:
        for sender, written in enumerate((word, word.upper(), f" {word.title()}\n")):
            phone = f"{word} {sender}"
            BySms(client, phone).say("english")

            assert texts_of(post_sms(client, sms_form(written, sender=phone))) == ()

            assert conversation(service, address=phone).stage is Stage.STOPPED


def test_an_opt_out_by_a_word_only_twilio_was_told_of_is_obeyed_in_silence(
    client: FlaskClient, service: Service
) -> None:
    BySms(client).say("english")

    assert texts_of(post_sms(client, sms_form("nie pisz", OptOutType="STOP"))) == ()

    assert conversation(service).stage is Stage.STOPPED


@pytest.mark.parametrize(
    "back", [{"Body": "START", "OptOutType": "START"}, {"Body": "Unstop"}, {"Body": "hello"}]
)
def test_whoever_comes_back_after_an_opt_out_is_asked_where_they_were(
    client: FlaskClient, service: Service, back: dict[str, str]
) -> None:
    reporter = Reporter(BySms(client)).begin()
    question = reporter.heard.text
    post_sms(client, sms_form("STOP"))

    (heard,) = texts_of(post_sms(client, sms_form("") | back))

    assert heard.startswith(TEXTS.welcome_back.text)
    assert question.endswith(heard.removeprefix(TEXTS.welcome_back.text).strip())
    assert conversation(service).stage is Stage.OPEN


@pytest.mark.parametrize("word", ["STOP", "end", "Quit"])
def test_on_a_short_code_where_twilio_answers_nothing_an_opt_out_is_answered(
    client: FlaskClient, service: Service, word: str
) -> None:
    form = twilio_body("sms_short_code") | {"Body": word}
    BySms(client).say("english")

    assert texts_of(post_sms(client, form)) == (TEXTS.stopped.text,)

    assert conversation(service).stage is Stage.STOPPED


def test_an_opt_out_is_remembered_and_only_start_forgets_it(client: FlaskClient, service: Service) -> None:
    post_sms(client, twilio_body("sms_opt_out"))
    assert counts(service.database, "opt_out") == {"opt_out": 1}

    post_sms(client, sms_form("YES"))
    assert counts(service.database, "opt_out") == {"opt_out": 1}

    post_sms(client, sms_form("YES", OptOutType="START"))
    assert counts(service.database, "opt_out") == {"opt_out": 0}


@pytest.mark.parametrize(
    "form",
    [{}, {"OptOutType": "HELP"}, {"Body": "pomocy", "OptOutType": "HELP"}],
    ids=["plain", "advanced opt-out", "a word only Twilio was told of"],
)
def test_help_is_answered_by_us_too_because_ours_holds_999(client: FlaskClient, form: dict[str, str]) -> None:
    Reporter(BySms(client)).begin()

    (ours,) = texts_of(post_sms(client, sms_form("HELP") | form))

    assert ours.startswith(TEXTS.help.text)
    assert "999" in ours


@pytest.mark.parametrize("opt_out", [{}, {"OptOutType": "START"}], ids=["plain", "advanced opt-out"])
def test_yes_is_an_answer(client: FlaskClient, service: Service, opt_out: dict[str, str]) -> None:
    reporter = Reporter(BySms(client))
    reporter.answer_until(lambda: reporter.question().name == "contact")

    heard = texts_of(post_sms(client, sms_form("YES", **opt_out)))

    assert heard != ()
    assert conversation(service).answers["contact"].value == "yes"


def test_stop_within_a_sentence_is_no_opt_out(client: FlaskClient, service: Service) -> None:
    BySms(client).say("english")

    assert texts_of(post_sms(client, sms_form("stop please"))) != ()

    assert conversation(service).stage is Stage.OPEN


def test_whatever_we_say_is_twiml_that_parses() -> None:
    """One character that XML forbids, and Twilio says nothing at all."""
    controls = "".join(map(chr, range(0x100)))
    everything = f"{controls}<&>]]>\ud800\udfff\ufdd0\ufffe\uffff\U0001f600\U0010ffff"

    (heard,) = texts_of(twiml((everything,)))

    assert heard.endswith("<&>]]>\ufdd0\U0001f600\U0010ffff")


def _as_read(body: bytes) -> str:
    return Request.from_values(data=body, content_type=FORM_TYPE, method="POST").form["Body"]


def _encoded(form: Mapping[str, str]) -> bytes:
    return urlencode(form).encode()
