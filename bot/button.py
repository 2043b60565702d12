"""A link to the chat for the site of a partner: a line of HTML that needs nothing else from us.

No script, frame or picture: whoever opens the partner's page is not known here until they press it.
"""

import click
from markupsafe import Markup

from bot.catalogues import page_entries
from bot.core.phrases import ENGLISH
from bot.flowfile import read_script
from bot.leaflet import chat_address, known_entry
from bot.phrasebook import missing, read_phrasebook
from bot.sentences import Sentences
from bot.settings import Settings

TEMPLATE = "_button.html"
STYLE = (
    "display:inline-block;padding:12px 20px;border:2px solid #ffffff;border-radius:6px;background:#1d5f6b;"
    "color:#ffffff;font:600 18px/1.4 system-ui,sans-serif;text-align:start;text-decoration:underline"
)  # 7.2:1, the edge sets it off from a dark page, and 49 px high for a thumb
_LINK = Markup(
    '<a href="{address}" lang="{language}" dir="{direction}" rel="noreferrer noopener" style="{style}">'
    "{words}</a>"
)


def read_button(settings: Settings, entry: str, language: str) -> str:
    """Return the link in one language. Raises FaultyFile, UsageError."""
    phrasebook = read_phrasebook(read_script(settings.area))
    known_entry(settings.area, entry)
    if not settings.public_url:
        raise click.UsageError("PUBLIC_URL is not set: the link would lead nowhere")
    if language not in {offered.code for offered in phrasebook.languages}:
        raise click.UsageError(f"language '{language}' is not on offer")
    said = [each.phrase for each in page_entries() if each.file.endswith(TEMPLATE)]
    if language != ENGLISH and missing(said, phrasebook.translations[language]):
        raise click.UsageError(f"the words of the button are not translated into '{language}'")
    shown = phrasebook.language(language)
    return _LINK.format(
        address=chat_address(settings.public_url, language, entry),
        language=language,
        direction=shown.direction,
        style=STYLE,
        words=Sentences(TEMPLATE, shown, phrasebook).says("report"),
    )
