"""The leaflet: one tagged page a language, with the ways to report that are set and no others."""

import re
from functools import cache
from pathlib import Path

import click
import pytest
import segno

from bot.catalogues import page_entries
from bot.core.phrases import Language, Phrasebook
from bot.flowfile import Script, read_script
from bot.leaflet import Leaflet, Way, code_of, read_leaflet, ways, write_leaflets
from bot.phrasebook import read_languages, read_phrasebook
from bot.settings import Settings
from bot.typesetting import Unprintable
from tests.printing import Printed, fonts_or_skip
from tests.running import bot

THREE_CM = 3 / 2.54 * 72
WEB = {"public_url": "https://report.example.org"}
SMS = {"twilio_account_sid": "AC1", "twilio_auth_token": "t", "twilio_from": "+441632960961"}
TELEGRAM = {"telegram_name": "report_example_bot", "telegram_bot_token": "1:t"}
ALL = {**WEB, **SMS, **TELEGRAM}
SHOWN = {"web": "report.example.org", "sms": "01632 960961", "telegram": "@report_example_bot"}
TRANSLATED = {"pl": "Zażółć: {}", "ar": "كتاب: {}"}  # each word of the leaflet, as long as English and longer


@pytest.fixture(autouse=True)
def _fonts() -> None:
    fonts_or_skip()


@pytest.mark.parametrize("language", ["en", "pl", "ar"])
def test_a_leaflet_is_one_tagged_page_in_its_language(language: str) -> None:
    leaflet = _leaflet(**ALL)

    printed = Printed(leaflet.pdf(language))

    assert len(printed.pages) == 1
    assert printed.is_tagged
    assert (printed.language, printed.title) == (language, leaflet.sheet(language)["title"])
    assert printed.direction == ("/R2L" if language == "ar" else "/L2R")
    assert [len(printed.tagged(tag)) for tag in ("/H1", "/H2", "/Figure")] == [1, 4, 1]


def test_the_english_leaflet_says_who_how_and_what_then() -> None:
    printed = Printed(_leaflet(**ALL).pdf("en"))

    for words in (
        "Stockton-on-Tees",
        "for yourself, for someone else, or for someone you support",
        "call 999 now",
        "press 55 when asked",
        "999 BSL",
        "Texting 999 works only if the phone was registered before",
        "Nobody reads it live",
        "Nothing is passed on without your yes, unless a life or a child is at risk.",
        "Keep the return code.",
        "You are contacted only if you said yes to that.",
        "Write DELETE to erase what you have not sent.",
        "Texts and internet cost what your contract says.",
    ):
        assert words in printed.text
    assert "made by a machine" not in printed.text


def test_a_leaflet_in_another_language_says_all_of_it_in_that_language() -> None:
    polish, arabic = (Printed(_leaflet(**ALL).pdf(language)) for language in ("pl", "ar"))

    assert "Zażółć: How it works" in polish.text
    assert "Zażółć: Write USUŃ to erase what you have not sent." in polish.text
    assert "zadzwoń teraz pod 999" in polish.text
    assert "Żaden człowiek jeszcze go nie sprawdził" in polish.text
    assert arabic.text.count("كتاب") == polish.text.count("Zażółć")


@pytest.mark.parametrize(
    ("given", "channels"),
    [
        (WEB, ["web"]),
        (SMS, ["sms"]),
        (TELEGRAM, ["telegram"]),
        ({**WEB, **TELEGRAM}, ["web", "telegram"]),
        (ALL, ["web", "sms", "telegram"]),
        ({**WEB, "twilio_from": SMS["twilio_from"]}, ["web"]),
        ({**WEB, "telegram_name": "report_example_bot"}, ["web"]),
        ({**SMS, "telegram_bot_token": "1:t"}, ["sms"]),
    ],
    ids=["web", "sms", "telegram", "web and telegram", "all", "a number and no Twilio",
         "a name and no Telegram", "Telegram without a name"],
)  # fmt: skip
def test_only_ways_that_are_set_stand_on_a_leaflet(given: dict[str, str], channels: list[str]) -> None:
    leaflet = _leaflet(**given)

    printed = Printed(leaflet.pdf("en"))

    assert [way.channel for way in leaflet.ways] == channels
    assert [channel for channel, shown in SHOWN.items() if shown in printed.text] == channels
    assert len(printed.tagged("/Figure")) == ("web" in channels)
    for channel, clearing in {"web": "Web chat: press", "sms": "Texts:", "telegram": "Telegram:"}.items():
        assert (clearing in printed.text) == (channel in channels)


def test_without_any_way_to_report_there_is_no_leaflet() -> None:
    with pytest.raises(Unprintable, match="no way to report is set: PUBLIC_URL"):
        read_leaflet(Settings.read(_env_file=None))


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+441632960961", "01632 960961"), ("+48221234567", "+48 22 123 45 67"), ("60777", "60777")],
    ids=["ours", "another country", "a short code"],
)
def test_a_number_stands_as_people_dial_it(number: str, shown: str) -> None:
    settings = Settings.read(_env_file=None, **{**SMS, "twilio_from": number})

    assert ways(settings) == (Way("sms", shown, f"sms:{number}"),)


def test_links_lead_where_the_words_say() -> None:
    printed = Printed(_leaflet(**ALL).pdf("en"))

    assert printed.links == [
        "https://report.example.org",
        "sms:+441632960961",
        "https://t.me/report_example_bot",
    ]


def test_a_leaflet_for_an_entry_point_says_so_in_every_link_and_in_the_code() -> None:
    leaflet = read_leaflet(Settings.read(_env_file=None, **ALL), "poster-1")

    printed = Printed(leaflet.pdf("en"))

    assert printed.links == [
        "https://report.example.org/?lang=en&at=poster-1",
        "sms:+441632960961?body=poster-1",
        "https://t.me/report_example_bot?start=poster-1",
    ]
    code = segno.make_qr("https://report.example.org/?lang=en&at=poster-1", error="m")
    assert _modules(str(leaflet.sheet("en")["code"])) == [list(map(bool, row)) for row in code.matrix]
    assert "poster-1" not in printed.text


def test_a_leaflet_for_an_unknown_entry_point_is_refused() -> None:
    with pytest.raises(click.UsageError, match=r"'nowhere' is no entry point of .* names: poster-1, "):
        read_leaflet(Settings.read(_env_file=None, **ALL), "nowhere")


# --- the code to scan -------------------------------------------------------------------------------


def test_the_code_opens_the_chat_in_the_language_and_says_no_more() -> None:
    drawn = str(_leaflet(**ALL).sheet("pl")["code"])

    code = segno.make_qr("https://report.example.org/?lang=pl", error="m")
    assert code.error in ("M", "Q", "H")
    assert _modules(drawn) == [list(map(bool, row)) for row in code.matrix]


def test_another_address_is_another_code() -> None:
    assert _modules(code_of("https://a.example/?lang=pl")) != _modules(code_of("https://a.example/?lang=ar"))


def test_the_code_is_large_enough_to_scan_and_says_aloud_what_it_opens() -> None:
    (figure,) = Printed(_leaflet(**ALL).pdf("en")).tagged("/Figure")

    left, bottom, right, top = (float(edge) for edge in figure["/A"][0]["/BBox"])
    assert right - left >= THREE_CM
    assert top - bottom >= THREE_CM
    assert figure["/Alt"] == "Code for a phone camera. It opens report.example.org"


# --- writing them -----------------------------------------------------------------------------------


def test_a_language_half_translated_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    whole = _leaflet(**WEB)
    lost = ("page.leaflet.title", "page.exit")
    held = whole.phrasebook.translations["ar"]
    arabic = {key: text for key, text in held.items() if key[0] not in lost}
    book = Phrasebook(whole.phrasebook.languages, {**whole.phrasebook.translations, "ar": arabic})
    (tmp_path / "leaflet-pl.pdf").write_text("an older one")
    (tmp_path / "other.pdf").write_text("kept")
    said: list[str] = []

    with pytest.raises(Unprintable) as refused:
        said += list(write_leaflets(Leaflet(whole.area, whole.ways, whole.script, book), (), tmp_path))

    (fault,) = refused.value.faults
    assert fault.startswith(
        "leaflet-ar.pdf not written: phrases not translated: 2, the first is page.leaflet."
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "leaflet-en-x-easyread.pdf",
        "leaflet-en.pdf",
        "leaflet-pl.pdf",
        "other.pdf",
    ]
    assert (tmp_path / "leaflet-pl.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "other.pdf").read_text() == "kept"


def test_words_that_do_not_fit_on_the_page_are_a_fault(tmp_path: Path) -> None:
    whole = _leaflet(**ALL)
    longer = {key: f"{text} " * 3 for key, text in whole.phrasebook.translations["pl"].items()}
    book = Phrasebook(whole.phrasebook.languages, {**whole.phrasebook.translations, "pl": longer})

    with pytest.raises(Unprintable) as refused:
        list(write_leaflets(Leaflet(whole.area, whole.ways, whole.script, book), ("pl",), tmp_path))

    assert refused.value.faults == ("leaflet-pl.pdf not written: does not fit on one page",)
    assert list(tmp_path.iterdir()) == []


def test_a_language_that_is_not_on_offer_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="language 'xx' is not on offer, only en, pl, ar"):
        list(write_leaflets(_leaflet(**WEB), ("en", "xx"), tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_file_and_a_line_for_each_language(tmp_path: Path) -> None:
    done = bot(tmp_path, "leaflet", "--language", "en", "--to", "made", PUBLIC_URL=WEB["public_url"])

    assert (done.returncode, done.stdout, done.stderr) == (0, "made/leaflet-en.pdf: web\n", "")
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["leaflet-en.pdf"]


def test_what_the_command_cannot_write_is_one_line_and_no_trace(tmp_path: Path) -> None:
    done = bot(tmp_path, "leaflet")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("no way to report is set:")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("language", read_languages(), ids=lambda language: language.code)
def test_the_shipped_words_fit_on_the_page(language: Language) -> None:
    leaflet = read_leaflet(Settings.read(_env_file=None, **ALL))

    try:
        printed = Printed(leaflet.pdf(language.code))
    except Unprintable as unprintable:
        assert "phrases not translated" in str(unprintable)  # noqa: PT017 - any other fault is one
        pytest.skip(f"{language.code}: {unprintable}")

    assert len(printed.pages) == 1


def _leaflet(**given: str) -> Leaflet:
    script, book = _translated()
    return Leaflet("Stockton-on-Tees", ways(Settings.read(_env_file=None, **given)), script, book)


@cache
def _translated() -> tuple[Script, Phrasebook]:
    """The shipped script, and its phrasebook with every word of the leaflet in it."""
    script = read_script("stockton-on-tees")
    book = read_phrasebook(script)
    said = [entry.phrase for entry in page_entries() if entry.phrase.context.startswith("page.leaflet.")]
    ours = {
        code: {(phrase.context, phrase.text): pattern.format(phrase.text) for phrase in said}
        for code, pattern in TRANSLATED.items()
    }
    added = {code: {**book.translations[code], **words} for code, words in ours.items()}
    return script, Phrasebook(book.languages, {**book.translations, **added})


def _modules(svg: str) -> list[list[bool]]:
    """Read the dark squares out of the path of an SVG: `M0 0.5h7m1 0h1…m-29 1h1`, row after row."""
    size = int(re.search(r'width="(\d+)"', svg)[1])  # type: ignore[index]  # None would be the fault looked for
    path = re.search(r' d="([^"]+)"', svg)[1]  # type: ignore[index]
    rows = [[False] * size for _ in range(size)]
    x = y = 0
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if command == "h":
            rows[y][x : x + int(first)] = [True] * int(first)
            x += int(first)
        elif command == "m":
            x, y = x + int(first), y + int(second)
        else:
            x, y = int(first), int(float(second))
    return rows
