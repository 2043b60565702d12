"""Pictures by Telegram and by text message: fetched from the provider alone, and kept."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from flask.testing import FlaskClient
from telegram import Update

from bot import awaited
from bot.channels import twiliomedia
from bot.channels.botfiles import BotFiles
from bot.channels.polling import answered
from bot.channels.twiliomedia import API_URL, TwilioMedia, _is_public
from bot.core.phrases import Phrase
from bot.fetching import Fetcher, fetch_until, keepers
from bot.media import MOST_BYTES, NotDeleted, NotFetched, TooLarge
from bot.service import Service
from casebridge.logs import set_up_logs
from tests.canaries import found_in
from tests.channels.bot_api import TOKEN, BotApi, bot_api
from tests.channels.media_server import ACCOUNT, MediaServer, media_server
from tests.making import (
    PHONE,
    close,
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
from tests.making import TOKEN as TWILIO_TOKEN
from tests.pictures import picture
from tests.reporter import BySms, ByTelegram, Line, Reporter
from tests.talk import TEXTS

CHAT = "5001"
VOICE = {"file_id": "a", "file_unique_id": "b", "duration": 3}
WAIT_SECONDS = 20
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
    close(app)


@pytest.fixture
def service(client: FlaskClient) -> Service:
    return service_of(client.application)


@pytest.fixture
def messenger(client: FlaskClient, service: Service) -> Fetcher:
    settings = client.application.extensions["settings"]
    return Fetcher(service.database, lambda: service.cipher, keepers(settings))


def fetch_all(messenger: Fetcher) -> None:
    while messenger.work_once():
        pass


def given_up(service: Service, channel: str, address: str) -> list[str]:
    """Return why pictures of a conversation could not be had."""
    with service.database.read() as connection:
        found = awaited.given_up(connection, service.cipher.hash(channel, address))
    return [refusal.value for refusal in found.values()]


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


def test_a_telegram_photo_is_fetched_at_its_largest_after_its_message_was_answered(
    client: FlaskClient, service: Service, api: BotApi, messenger: Fetcher
) -> None:
    telling(ByTelegram(client))
    api.files = {"small": picture(size=(9, 9)), "large": picture(size=(90, 90))}

    heard = sends(client, photo(("small", 9, 500), ("large", 90, 900), ("huge", 900, MOST_BYTES + 1)))

    assert heard.startswith("Your picture has arrived. It is number 1 of at most 5.")
    assert len(conversation(service, "telegram", CHAT).photos) == 1
    assert "getFile" not in api.called
    fetch_all(messenger)
    assert [call for call in api.called if "ile" in call] == ["getFile", "a file"]
    assert counts(service.database, "photo", "awaited_photo") == {"photo": 1, "awaited_photo": 0}


def test_a_picture_sent_as_a_file_is_kept(
    client: FlaskClient, service: Service, api: BotApi, messenger: Fetcher
) -> None:
    telling(ByTelegram(client))
    api.files = {"file": picture("PNG")}

    sends(client, document("file", "image/png"))
    fetch_all(messenger)

    assert counts(service.database, "photo") == {"photo": 1}


def test_a_repeated_update_fetches_nothing_again(
    client: FlaskClient, service: Service, api: BotApi, messenger: Fetcher
) -> None:
    telling(ByTelegram(client))
    api.files = {"a": picture()}
    update = photo(("a", 9, 500))

    first, again = sends(client, update), sends(client, update)
    fetch_all(messenger)

    assert again == first
    assert api.called.count("getFile") == 1
    assert counts(service.database, "photo") == {"photo": 1}


@pytest.mark.parametrize(
    ("sent", "asks"),
    [
        (lambda: document("file", "application/pdf"), TEXTS.text_wanted),
        (lambda: telegram_message(None, voice=VOICE), TEXTS.no_recordings),
        (lambda: telegram_message(None, video=FILM), TEXTS.no_recordings),
    ],
    ids=["a paper", "a recording", "a film"],
)
def test_what_is_no_picture_is_asked_for_in_words(
    client: FlaskClient, api: BotApi, sent: Callable[[], dict[str, Any]], asks: Phrase
) -> None:
    telling(ByTelegram(client))

    assert sends(client, sent()).startswith(asks.text)
    assert "getFile" not in api.called


def test_a_telegram_file_that_is_not_there_is_given_up_at_once_and_told(
    client: FlaskClient, service: Service, messenger: Fetcher
) -> None:
    telling(ByTelegram(client))
    sends(client, photo(("gone", 9, 500)))

    fetch_all(messenger)

    assert given_up(service, "telegram", CHAT) == ["not_fetched"]
    assert TEXTS.photo_not_fetched.text in sends(client, telegram_message("they shouted"))


def test_a_telegram_file_larger_than_it_said_is_given_up(
    client: FlaskClient, service: Service, api: BotApi, messenger: Fetcher
) -> None:
    telling(ByTelegram(client))
    api.files, api.sizes = {"a": bytes(MOST_BYTES + 1)}, {"a": 100}
    sends(client, photo(("a", 9, 100)))

    fetch_all(messenger)

    assert given_up(service, "telegram", CHAT) == ["too_big"]


def test_a_telegram_file_that_says_it_is_too_large_is_refused_at_once(
    client: FlaskClient, api: BotApi, messenger: Fetcher
) -> None:
    telling(ByTelegram(client))

    assert sends(client, document("a", "image/png", MOST_BYTES + 1)).startswith(TEXTS.photo_too_big.text)
    fetch_all(messenger)
    assert api.called == []


def test_without_the_bot_s_token_pictures_are_neither_offered_nor_taken(
    tmp_path: Path, database_url: str
) -> None:
    app = make_app(make_settings(tmp_path / "silent", database_url))
    reporter = telling(ByTelegram(app.test_client()))

    heard = sends(app.test_client(), photo(("a", 9, 500)))

    assert "send photos here" not in reporter.heard.text
    assert heard.startswith(TEXTS.text_wanted.text)
    service_of(app).database.close()


def test_with_the_bot_s_token_pictures_are_offered(client: FlaskClient) -> None:
    assert "send photos here" in telling(ByTelegram(client)).heard.text


def test_a_bot_that_polls_takes_pictures_too(client: FlaskClient, service: Service, api: BotApi) -> None:
    telling(ByTelegram(client))
    api.files = {"a": picture()}
    files = BotFiles.of(client.application.extensions["settings"])

    method = answered(service, Update.de_json(photo(("a", 9, 500)), None), files)

    assert method is not None
    assert method["text"].startswith("Your picture has arrived.")


def test_the_token_is_in_no_fault_and_no_words_about_the_files() -> None:
    files = BotFiles(TOKEN, "http://127.0.0.1:9")

    with pytest.raises(NotFetched) as fault:
        files.fetch("a")

    assert TOKEN not in repr(fault.getrepr(chain=True)) + repr(files)


# --- Twilio ------------------------------------------------------------------------------


def test_a_picture_by_text_message_is_fetched_with_our_credentials_and_deleted_there(
    client: FlaskClient, service: Service, twilio: MediaServer, messenger: Fetcher
) -> None:
    telling(BySms(client))
    address = twilio.keep("ME1", picture())
    path, ours = address.removeprefix(twilio.address), f"{ACCOUNT}:{TWILIO_TOKEN}"

    (heard,) = texts_of(post_sms(client, mms(address)))

    assert heard.startswith("Your picture has arrived. It is number 1 of at most 5.")
    assert twilio.asked == []
    assert messenger.work_once()
    assert (twilio.asked, twilio.deleted) == ([(path, ours)], [])
    fetch_all(messenger)
    assert twilio.deleted == [(path, ours)]
    assert twilio.files == {}
    assert counts(service.database, "photo", "awaited_photo") == {"photo": 1, "awaited_photo": 0}


def test_a_provider_that_hangs_keeps_no_message_waiting(
    client: FlaskClient, service: Service, twilio: MediaServer
) -> None:
    telling(BySms(client))
    twilio.let_go.clear()
    settings, stop = client.application.extensions["settings"], threading.Event()
    fetching = threading.Thread(target=fetch_until, args=(settings, stop))
    fetching.start()

    answers = [texts_of(post_sms(client, mms(twilio.keep("ME1", picture()))))]
    assert twilio.reached.wait(WAIT_SECONDS)  # it is being asked, and says nothing
    answers.append(texts_of(post_sms(client, sms_form("they painted this"))))
    assert counts(service.database, "photo") == {"photo": 0}
    twilio.let_go.set()
    until(lambda: counts(service.database, "photo", "awaited_photo") == {"photo": 1, "awaited_photo": 0})
    stop.set()
    fetching.join()

    assert all(answers)


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = monotonic() + WAIT_SECONDS
    while not holds():
        assert monotonic() < end
        sleep(0.01)


def test_a_provider_in_trouble_is_asked_again(
    client: FlaskClient, service: Service, twilio: MediaServer, messenger: Fetcher
) -> None:
    telling(BySms(client))
    post_sms(client, mms(twilio.keep("ME1", picture())))
    twilio.faults = [500]

    fetch_all(messenger)
    later = replace(messenger, clock=lambda: datetime.now(UTC) + awaited.FETCH_AGAIN[0])
    fetch_all(later)

    assert counts(service.database, "photo", "awaited_photo") == {"photo": 1, "awaited_photo": 0}
    assert len(twilio.asked) == 2


def test_several_pictures_of_one_message_are_kept(
    client: FlaskClient, service: Service, twilio: MediaServer, messenger: Fetcher
) -> None:
    telling(BySms(client))

    post_sms(client, mms(*(twilio.keep(f"ME{n}", picture()) for n in range(3))))
    fetch_all(messenger)

    assert len(conversation(service).photos) == 3
    assert counts(service.database, "photo") == {"photo": 3}


def test_a_repeated_webhook_fetches_nothing_again(
    client: FlaskClient, service: Service, twilio: MediaServer, messenger: Fetcher
) -> None:
    telling(BySms(client))
    form = mms(twilio.keep("ME1", picture()))

    first, again = texts_of(post_sms(client, form)), texts_of(post_sms(client, form))
    fetch_all(messenger)

    assert again == first
    assert len(twilio.asked) == 1
    assert counts(service.database, "photo") == {"photo": 1}


def test_where_twilio_keeps_it_is_asked_without_our_credentials(
    client: FlaskClient, service: Service, twilio: MediaServer, messenger: Fetcher
) -> None:
    telling(BySms(client))
    address = twilio.keep("ME1", b"")
    path = address.removeprefix(twilio.address)
    twilio.redirects[path] = "/kept/here"
    twilio.files["/kept/here"] = picture()

    post_sms(client, mms(address))
    fetch_all(messenger)

    assert counts(service.database, "photo") == {"photo": 1}
    assert twilio.asked == [(path, f"{ACCOUNT}:{TWILIO_TOKEN}"), ("/kept/here", "")]
    assert [path for path, _ in twilio.deleted] == [path]


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
def test_an_address_elsewhere_is_neither_asked_nor_told_to_delete(
    client: FlaskClient, service: Service, twilio: MediaServer, messenger: Fetcher, address: str
) -> None:
    telling(BySms(client))
    post_sms(client, mms(address.format(api=twilio.address)))

    fetch_all(messenger)

    assert given_up(service, "sms", PHONE) == ["not_fetched"]
    (heard,) = texts_of(post_sms(client, sms_form("they shouted")))
    fetch_all(messenger)
    assert TEXTS.photo_not_fetched.text in heard
    assert (twilio.asked, twilio.deleted) == ([], [])
    assert conversation(service).photos == ()
    assert counts(service.database, "awaited_photo") == {"awaited_photo": 0}


@pytest.mark.parametrize("to", ["http://127.0.0.1:9/x", "file:///etc/passwd", "//example.org/x", "http://[x"])
def test_a_way_on_to_elsewhere_is_not_followed(
    client: FlaskClient, service: Service, twilio: MediaServer, messenger: Fetcher, to: str
) -> None:
    telling(BySms(client))
    address = twilio.keep("ME1", b"")
    twilio.redirects[address.removeprefix(twilio.address)] = to
    post_sms(client, mms(address))

    fetch_all(messenger)

    assert given_up(service, "sms", PHONE) == ["not_fetched"]
    assert len(twilio.asked) == 1


def ours(twilio: MediaServer) -> TwilioMedia:
    return TwilioMedia(ACCOUNT, TWILIO_TOKEN, twilio.address)


def test_a_circle_of_addresses_is_left(twilio: MediaServer) -> None:
    address = twilio.keep("ME1", b"")
    twilio.redirects[address.removeprefix(twilio.address)] = address

    with pytest.raises(NotFetched, match="redirects"):
        ours(twilio).fetch(address)


def test_a_picture_without_end_is_not_read_to_its_end(twilio: MediaServer) -> None:
    address = twilio.keep("ME1", bytes(MOST_BYTES + 1))

    with pytest.raises(TooLarge):
        ours(twilio).fetch(address)


def test_a_picture_that_comes_too_slowly_is_left(
    twilio: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twiliomedia, "SECONDS", 0.1)
    twilio.wait = 0.02
    address = twilio.keep("ME1", bytes(400))

    with pytest.raises(NotFetched, match="slow") as fault:
        ours(twilio).fetch(address)
    assert not fault.value.final


@pytest.mark.parametrize(
    ("status", "final"), [(404, True), (410, True), (401, False), (429, False), (500, False)]
)
def test_only_what_is_gone_is_not_asked_for_again(twilio: MediaServer, status: int, final: bool) -> None:
    address = twilio.keep("ME1", picture())
    twilio.faults = [status]

    with pytest.raises(NotFetched) as fault:
        ours(twilio).fetch(address)

    assert (fault.value.kind, fault.value.final) == (str(status), final)


def test_what_is_gone_already_is_deleted(twilio: MediaServer) -> None:
    address = twilio.keep("ME1", picture())

    for _ in range(2):
        ours(twilio).delete(address)

    assert len(twilio.deleted) == 2


def test_a_refusal_to_delete_is_told(twilio: MediaServer) -> None:
    address = twilio.keep("ME1", picture())
    twilio.faults = [500]

    with pytest.raises(NotDeleted, match="500"):
        ours(twilio).delete(address)


def test_what_fetching_logs_names_no_picture_and_nobody(
    client: FlaskClient, twilio: MediaServer, messenger: Fetcher, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs()
    telling(BySms(client))
    post_sms(client, mms(twilio.keep("ME1", picture()), twilio.keep("ME2", b"no picture")))
    twilio.faults = [500, 404, 500, 500]

    fetch_all(messenger)

    log = capsys.readouterr()
    assert log.out.count("picture not fetched") == 2
    found = found_in(log.out + log.err, PHONE, ACCOUNT, TWILIO_TOKEN, "ME1", "ME2", "MM1", twilio.address)
    assert found == []


def test_a_recording_is_asked_for_in_words_and_deleted_there_unfetched(
    client: FlaskClient, twilio: MediaServer, messenger: Fetcher
) -> None:
    telling(BySms(client))

    (heard,) = texts_of(post_sms(client, mms(twilio.keep("ME1", b"OggS"), kind="audio/ogg")))

    fetch_all(messenger)
    assert heard.startswith(TEXTS.text_wanted.text)
    assert (twilio.asked, twilio.files) == ([], {})


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

    with pytest.raises(NotFetched):
        TwilioMedia(ACCOUNT, TWILIO_TOKEN).fetch(address)
    with pytest.raises(NotDeleted):
        TwilioMedia(ACCOUNT, TWILIO_TOKEN).delete(address)
    assert not _is_public("api.twilio.com")
