"""The link for a partner's site: one element that asks nothing of us until it is pressed."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.running import bot
from tests.web.chatting import luminance

PUBLIC = {"PUBLIC_URL": "https://report.example.org"}


class Elements(HTMLParser):
    """Every element and the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_button_is_one_link_that_says_by_which_site_it_came(tmp_path: Path) -> None:
    done = bot(tmp_path, "button", "--at", "partner-1", **PUBLIC)

    button = Elements(done.stdout)
    ((tag, link),) = button.found
    assert done.returncode == 0
    assert (tag, button.words.strip()) == ("a", "Report a hate incident")
    assert link.pop("style")
    assert link == {
        "href": "https://report.example.org/?lang=en&at=partner-1",
        "lang": "en",
        "dir": "ltr",
        "rel": "noreferrer noopener",
    }


def test_its_words_are_told_apart_from_its_ground(tmp_path: Path) -> None:
    style = Elements(bot(tmp_path, "button", "--at", "partner-1", **PUBLIC).stdout).found[0][1]["style"] or ""
    colours = dict(part.split(":") for part in style.split(";") if part.startswith(("background", "color")))

    lighter, darker = luminance(colours["color"]), luminance(colours["background"])

    assert (lighter + 0.05) / (darker + 0.05) >= 7  # WCAG 2.2, 1.4.6
    assert "url(" not in style


@pytest.mark.parametrize(
    ("given", "env", "says"),
    [
        (("--at", "nowhere"), PUBLIC, "'nowhere' is no entry point of flows/areas/stockton-on-tees.yaml"),
        (("--at", "partner-1", "--language", "xx"), PUBLIC, "language 'xx' is not on offer"),
        (("--at", "partner-1"), {}, "PUBLIC_URL is not set"),
    ],
    ids=["an unknown entry point", "an unknown language", "no address"],
)
def test_a_button_that_would_lead_nowhere_is_refused(
    tmp_path: Path, given: tuple[str, ...], env: dict[str, str], says: str
) -> None:
    done = bot(tmp_path, "button", *given, **env)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
