"""Pictures by Telegram and by text message: fetched from the provider alone, and kept."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from telegram import Update

from bot.channels import twiliomedia
from bot.channels.botfiles import BotFiles
from bot.channels.polling import answered
from bot.channels.twiliomedia import API_URL, TwilioMedia, _is_public
from bot.media import MOST_BYTES, NotFetched
from bot.service import Service
from tests.channels.bot_api import TOKEN, BotApi, bot_api
from tests.channels.media_server import ACCOUNT, MediaServer, media_server
from tests.making import TOKEN as TWILIO_TOKEN
from tests.making import (
    conversation,
    counts,
    make_app,
    make_settings,
    method_of,
    post_sms,
    post_telegram,
    service_of,
    sms_form,
    telegram_message,
    texts_of,
)
from tests.pictures import picture
from tests.reporter import BySms, ByTelegram, Line, Reporter
from tests.talk import TEXTS

CHAT = "5001"
FILM = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "duration": 1}


@pytest.fixture
def api() -> Iterator[BotApi]:
    with bot_api() as (api, address):
        api.called.append(address)
        yield api


@pytest.fixture
def twilio() -> Iterator[MediaServer]:
    with media_server() as served:
        yield served


@pytest.fixture
def client(tmp_path: Path, database_url: str, api: BotApi, twilio: MediaServer) -> Iterator[FlaskClient]:
    given = {
        "telegram_bot_token": TOKEN,
        "telegram_api_url": api.called.pop(),
        "twilio_api_url": twilio.address,
    }
    app = make_app(make_settings(tmp_path, database_url, **given))
    yield app.test_client()
    service_of(app).database.close()


@pytest.fixture
def service(client: FlaskClient) -> Service:
    return service_of(client.application)


def telling(line: Line) -> Reporter:
    """Somebody who is asked what happened."""
    reporter = Reporter(line)
    return reporter.answer_until(lambda: bool(reporter.asked) and reporter.question().name == "story")


def photo(*files: tuple[str, int, int]) -> dict[str, Any]:
    """A photo in the sizes Telegram offers: id, width, bytes."""
    sizes = [
        {"file_id": name, "file_unique_id": name, "width": width, "height": width, "file_size": size}
        for name, width, size in files
    ]
    return telegram_message(None, photo=sizes)


def document(name: str, mime: str, size: int = 900) -> dict[str, Any]:
    file = {"file_id": name, "file_unique_id": name, "file_name": "x", "mime_type": mime, "file_size": size}
    return telegram_message(None, document=file)


def sends(client: FlaskClient, update: dict[str, Any]) -> str:
    text: str = method_of(post_telegram(client, update))["text"]
    return text


def mms(*addresses: str, kind: str = "image/jpeg", **more: str) -> dict[str, str]:
    media = {f"MediaUrl{i}": address for i, address in enumerate(addresses)}
    kinds = {f"MediaContentType{i}": kind for i in range(len(addresses))}
    return sms_form("", **media, **kinds, NumMedia=str(len(addresses)), **more)


# --- Telegram ----------------------------------------------------------------------------


def test_a_telegram_photo_is_fetched_at_its_largest_and_kept(
    client: FlaskClient, service: Service, api: BotApi
) -> None:
    telling(ByTelegram(client))
    api.files = {"small": picture(size=(9, 9)), "large": picture(size=(90, 90))}

    heard = sends(client, photo(("small", 9, 500), ("large", 90, 900), ("huge", 900, MOST_BYTES + 1)))

    assert heard.startswith("I kept the picture. It is number 1 of at most 5.")
    assert len(conversation(service, "telegram", CHAT).photos) == 1
    assert api.called == ["getFile", "a file"]


def test_a_picture_sent_as_a_file_is_kept(client: FlaskClient, service: Service, api: BotApi) -> None:
    telling(ByTelegram(client))
    api.files = {"file": picture("PNG")}

    sends(client, document("file", "image/png"))

    assert len(conversation(service, "telegram", CHAT).photos) == 1


def test_a_repeated_update_fetches_nothing_again(client: FlaskClient, service: Service, api: BotApi) -> None:
    telling(ByTelegram(client))
    api.files = {"a": picture()}
    update = photo(("a", 9, 500))

    first, again = sends(client, update), sends(client, update)

    assert again == first
    assert api.called.count("getFile") == 1
    assert counts(service.database, "photo") == {"photo": 1}


@pytest.mark.parametrize(
    "update",
    [
        document("file", "application/pdf"),
        telegram_message(None, voice={"file_id": "a", "file_unique_id": "b", "duration": 3}),
        telegram_message(None, video=FILM),
    ],
    ids=["a paper", "a recording", "a film"],
)
def test_what_is_no_picture_is_asked_for_in_words(
    client: FlaskClient, api: BotApi, update: dict[str, Any]
) -> None:
    telling(ByTelegram(client))

    assert sends(client, update).startswith(TEXTS.text_wanted.text)
    assert api.called == []


def test_a_telegram_file_that_cannot_be_had_is_asked_for_again(client: FlaskClient, service: Service) -> None:
    telling(ByTelegram(client))
    before = conversation(service, "telegram", CHAT)

    heard = sends(client, photo(("gone", 9, 500)))

    assert heard.startswith(TEXTS.photo_not_fetched.text)
    assert conversation(service, "telegram", CHAT) == before


def test_a_telegram_file_larger_than_it_said_is_refused(client: FlaskClient, api: BotApi) -> None:
    telling(ByTelegram(client))
    api.files, api.sizes = {"a": bytes(MOST_BYTES + 1)}, {"a": 100}

    assert sends(client, photo(("a", 9, 100))).startswith(TEXTS.photo_too_big.text)


def test_a_bot_that_polls_takes_pictures_too(client: FlaskClient, service: Service, api: BotApi) -> None:
    telling(ByTelegram(client))
    api.files = {"a": picture()}
    files = BotFiles.of(client.application.extensions["settings"])

    method = asyncio.run(answered(service, Update.de_json(photo(("a", 9, 500)), None), files))

    assert method is not None
    assert method["text"].startswith("I kept the picture.")


def test_the_token_is_in_no_fault_and_no_words_about_the_files() -> None:
    files = BotFiles(TOKEN, "http://127.0.0.1:9")
    media = files.pictures(Update.de_json(photo(("a", 9, 500)), None).message)[0]  # type: ignore[arg-type]

    with pytest.raises(NotFetched) as fault:
        media.read()

    assert TOKEN not in repr(fault.getrepr(chain=True)) + repr(files)


# --- Twilio ------------------------------------------------------------------------------


def test_a_picture_by_text_message_is_fetched_with_our_credentials_and_kept(
    client: FlaskClient, service: Service, twilio: MediaServer
) -> None:
    telling(BySms(client))
    address = twilio.keep("ME1", picture())

    (heard,) = texts_of(post_sms(client, mms(address)))

    assert heard.startswith("I kept the picture. It is number 1 of at most 5.")
    assert [credentials for _, credentials in twilio.asked] == [f"{ACCOUNT}:{TWILIO_TOKEN}"]


def test_several_pictures_of_one_message_are_kept(
    client: FlaskClient, service: Service, twilio: MediaServer
) -> None:
    telling(BySms(client))

    post_sms(client, mms(*(twilio.keep(f"ME{n}", picture()) for n in range(3))))

    assert len(conversation(service).photos) == 3


def test_a_repeated_webhook_fetches_nothing_again(
    client: FlaskClient, service: Service, twilio: MediaServer
) -> None:
    telling(BySms(client))
    form = mms(twilio.keep("ME1", picture()))

    first, again = texts_of(post_sms(client, form)), texts_of(post_sms(client, form))

    assert again == first
    assert len(twilio.asked) == 1
    assert counts(service.database, "photo") == {"photo": 1}


def test_where_twilio_keeps_it_is_asked_without_our_credentials(
    client: FlaskClient, service: Service, twilio: MediaServer
) -> None:
    telling(BySms(client))
    address = twilio.keep("ME1", b"")
    path = address.removeprefix(twilio.address)
    twilio.redirects[path] = "/kept/here"
    twilio.files["/kept/here"] = picture()

    post_sms(client, mms(address))

    assert len(conversation(service).photos) == 1
    assert twilio.asked == [(path, f"{ACCOUNT}:{TWILIO_TOKEN}"), ("/kept/here", "")]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "https://api.twilio.com.example.org/2010-04-01/Accounts/AC0123456789/Messages/MM1/Media/ME1",
        "{api}@example.org/2010-04-01/Accounts/AC0123456789/Messages/MM1/Media/ME1",
        "{api}/2010-04-01/Accounts/AC999/Messages/MM1/Media/ME1",
        "{api}/2010-04-01/Accounts/AC0123456789/Messages/../../AC999/Messages/MM1/Media/ME1",
        "{api}/2010-04-01/Accounts/AC0123456789/Calls.json",
    ],
)
def test_an_address_elsewhere_is_not_asked(
    client: FlaskClient, service: Service, twilio: MediaServer, address: str
) -> None:
    telling(BySms(client))

    (heard,) = texts_of(post_sms(client, mms(address.format(api=twilio.address))))

    assert heard.startswith(TEXTS.photo_not_fetched.text)
    assert twilio.asked == []
    assert conversation(service).photos == ()


@pytest.mark.parametrize("to", ["http://127.0.0.1:9/x", "file:///etc/passwd", "//example.org/x", "http://[x"])
def test_a_way_on_to_elsewhere_is_not_followed(
    client: FlaskClient, service: Service, twilio: MediaServer, to: str
) -> None:
    telling(BySms(client))
    address = twilio.keep("ME1", b"")
    twilio.redirects[address.removeprefix(twilio.address)] = to

    (heard,) = texts_of(post_sms(client, mms(address)))

    assert heard.startswith(TEXTS.photo_not_fetched.text)
    assert len(twilio.asked) == 1


def test_a_circle_of_addresses_is_left(client: FlaskClient, twilio: MediaServer) -> None:
    telling(BySms(client))
    address = twilio.keep("ME1", b"")
    twilio.redirects[address.removeprefix(twilio.address)] = address

    (heard,) = texts_of(post_sms(client, mms(address)))

    assert heard.startswith(TEXTS.photo_not_fetched.text)


def test_a_picture_without_end_is_not_read_to_its_end(client: FlaskClient, twilio: MediaServer) -> None:
    telling(BySms(client))

    (heard,) = texts_of(post_sms(client, mms(twilio.keep("ME1", bytes(MOST_BYTES + 1)))))

    assert heard.startswith(TEXTS.photo_too_big.text)


def test_pictures_that_come_too_slowly_are_given_up_together(
    client: FlaskClient, twilio: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(BySms(client))
    monkeypatch.setattr(twiliomedia, "SECONDS", 0.2)
    twilio.wait = 0.02

    (heard,) = texts_of(post_sms(client, mms(*(twilio.keep(f"ME{n}", bytes(400)) for n in range(4)))))

    assert heard.startswith(TEXTS.photo_not_fetched.text)
    assert len(twilio.asked) == 1


def test_a_recording_is_asked_for_in_words_and_not_fetched(client: FlaskClient, twilio: MediaServer) -> None:
    telling(BySms(client))

    (heard,) = texts_of(post_sms(client, mms(twilio.keep("ME1", b"OggS"), kind="audio/ogg")))

    assert heard.startswith(TEXTS.text_wanted.text)
    assert twilio.asked == []


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://mms.twiliocdn.com/AC1/abc?Expires=1", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/abc", True),
        ("https://s3-external-1.amazonaws.com/other-bucket/abc", False),
        ("http://mms.twiliocdn.com/AC1/abc", False),
        ("https://mms.twiliocdn.com:444/abc", False),
        ("https://x@mms.twiliocdn.com/abc", False),
        ("https://mms.twiliocdn.com.example.org/abc", False),
        ("https://169.254.169.254/media.twiliocdn.com/", False),
    ],
)
def test_only_where_twilio_keeps_files_is_gone_on_to(
    monkeypatch: pytest.MonkeyPatch, address: str, kept: bool
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("54.171.127.192", 443))])

    assert TwilioMedia(ACCOUNT, TWILIO_TOKEN)._is_kept_there(address) is kept


@pytest.mark.parametrize("where", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_into_our_own_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", (where, 443))])
    address = f"{API_URL}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
    (media,) = TwilioMedia(ACCOUNT, TWILIO_TOKEN).at([address])

    with pytest.raises(NotFetched):
        media.read()
    assert not _is_public("api.twilio.com")
