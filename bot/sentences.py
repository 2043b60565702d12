"""Sentences that stand as macros in one of bot/templates/, said in one language.

They stand there so that a translator meets them like the words of any page.
"""

from dataclasses import dataclass, field
from html import unescape

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from bot.catalogues import TEMPLATES
from bot.core.phrases import Language, Phrase, Phrasebook


@dataclass(frozen=True, slots=True)
class Sentences:
    """The macros of one template, in one language."""

    template: str
    language: Language
    phrasebook: Phrasebook
    environment: Environment = field(init=False, repr=False)

    def __post_init__(self) -> None:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        environment.globals["pgettext"] = self._page_text
        object.__setattr__(self, "environment", environment)

    def says(self, macro: str, /, **values: object) -> str:
        """Return one of the sentences as plain text."""
        said = getattr(self.environment.get_template(self.template).module, macro)(**values)
        return unescape(str(said))  # escaped anew by the page it is put into

    def _page_text(self, context: str, text: str, /, **values: object) -> Markup:
        said = Markup.escape(self.phrasebook.text(Phrase(context, text), self.language.code))
        return said % values if values else said
