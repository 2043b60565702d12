"""python -m bot: serve the chat, try it out, check it, keep it in order."""

import sys
from datetime import timedelta
from pathlib import Path

import click

from bot.drafts import NoDraftKey, make_draft_key
from bot.settings import Settings
from bot.typesetting import Unprintable
from casebridge.recipients import FaultyKey, MissingKeys
from casebridge.settings import FaultySettings, PrivateSettings
from casebridge.yamlfile import FaultyFile


class _Refusing(click.Group):
    """Names every fault at once and stops, instead of a trace nobody can read."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (FaultySettings, FaultyFile, Unprintable) as faulty:
            faults = tuple(map(str, faulty.faults))
        except MissingKeys as missing:
            named = ", ".join(missing.agencies) or "return codes"
            faults = (f"no public key for {named}: python -m casebridge keys make, in the private tier",)
        except FaultyKey as faulty_key:
            faults = (f"key file '{faulty_key.file}' is not what its name says",)
        except NoDraftKey:
            faults = ("there is no draft key: python -m bot keys",)
        for fault in faults:
            click.echo(fault, err=True)
        return ctx.exit(2)


@click.group(cls=_Refusing)
def main() -> None:
    """Take reports by web chat, text message and Telegram."""


@main.command()
def run() -> None:
    """Start everything on this machine for a local trial: chat, desk, worker, expiry."""
    from bot.trial import run_trial  # noqa: PLC0415 - brings alembic, which only this and migrate need

    faults: list[str] = []
    for tier in (Settings, PrivateSettings):
        try:
            tier.read()
        except FaultySettings as faulty:
            faults += (fault for fault in faulty.faults if fault not in faults)
    if faults:
        raise FaultySettings(tuple(faults))
    sys.exit(run_trial(Settings.read(), PrivateSettings.read()))


@main.command()
def serve() -> None:
    """Serve the chat and the webhooks on HOST:PORT."""
    from bot.serving import serve_public  # noqa: PLC0415 - brings the server only this needs

    serve_public(Settings.read())


@main.command()
def telegram() -> None:
    """Tell Telegram how updates come (TELEGRAM_UPDATES) and which commands there are; by polling, answer."""
    from bot.app import join  # noqa: PLC0415 - the service is for this and few others
    from bot.channels.botline import BotLine, NotDone  # noqa: PLC0415 - for this command alone
    from bot.channels.botsetup import run_telegram  # noqa: PLC0415 - brings Telegram's library
    from casebridge.logs import set_up_logs  # noqa: PLC0415 - with it

    settings = Settings.read()
    line = BotLine.of(settings)
    if line is None:
        raise click.ClickException("TELEGRAM_BOT_TOKEN is not set: @BotFather gives one")
    if settings.telegram_is_on and not settings.public_url:
        raise click.ClickException("PUBLIC_URL is not set: Telegram needs an address to bring updates to")
    if settings.telegram_is_on and not settings.is_https:
        raise click.ClickException("PUBLIC_URL must begin with https://: Telegram takes no other")
    set_up_logs()
    try:
        run_telegram(join(settings), line, settings)
    except NotDone as refused:
        raise click.ClickException(f"Telegram did not take it: {refused.kind}") from None


@main.command()
@click.option("--lang", "language", default="", help="Language to begin in, for example ar.")
@click.option("--channel", default="sms", show_default=True, help="As by which channel, for example web.")
@click.option("--record", type=click.Path(path_type=Path), help="Keep the talk as a transcript test.")
def talk(language: str, channel: str, record: Path | None) -> None:
    """Play the real flow in the terminal; nothing is stored or sent."""
    from bot.channels import CHANNELS  # noqa: PLC0415 - brings the web framework
    from bot.talking import talk_in_terminal  # noqa: PLC0415 - the script is read for this alone

    names = [each.name for each in CHANNELS]
    if channel not in names:
        raise click.BadParameter(f"there is {', '.join(names)}", param_hint="--channel")
    talk_in_terminal(Settings.read().area, language, channel, record)


@main.command()
def check() -> None:
    """Name every fault in flows, areas and translations."""
    from bot.check import run_check  # noqa: PLC0415 - for this command alone

    sys.exit(run_check(Settings.read().area))


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if something would change.")
def phrases(*, only_check: bool) -> None:
    """Bring the translators' files up to date with flows and pages."""
    from bot.catalogues import run_phrases  # noqa: PLC0415 - for this command alone

    sys.exit(run_phrases(only_check=only_check))


@main.command()
@click.option("--flow", default="report", show_default=True)
@click.option("--lang", "language", default="en", show_default=True)
def diagram(flow: str, language: str) -> None:
    """Print a flow as a Mermaid flowchart."""
    from bot.diagram import draw  # noqa: PLC0415 - for this command alone
    from bot.paper import read_paper  # noqa: PLC0415 - with it

    click.echo(draw(read_paper(Settings.read().area, flow, language)), nl=False)


@main.command()
@click.option("--flow", default="report", show_default=True)
@click.option("--lang", "language", default="en", show_default=True)
@click.option("--pdf", "as_pdf", is_flag=True, help="As a PDF with page numbers instead of an HTML file.")
@click.option("--out", type=click.Path(path_type=Path), help="Write it there instead of printing it.")
def script(flow: str, language: str, *, as_pdf: bool, out: Path | None) -> None:
    """Make a script of a flow for asking on paper: one file to print."""
    from bot.paper import read_paper  # noqa: PLC0415 - for this command alone
    from bot.script import script_pdf, write_script  # noqa: PLC0415 - with it

    paper = read_paper(Settings.read().area, flow, language)
    page = script_pdf(paper) if as_pdf else write_script(paper).encode()
    if out:
        out.write_bytes(page)
    else:
        click.echo(page, nl=False)


@main.command()
@click.option("--flow", default="report", show_default=True)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The .xlsx file to write.")
def xlsform(flow: str, out: Path) -> None:
    """Make a form for Kobo, ODK or Enketo of a flow, in every language on offer."""
    from bot.paper import read_papers  # noqa: PLC0415 - for this command alone
    from bot.xlsform import write_form  # noqa: PLC0415 - with it

    write_form(read_papers(Settings.read().area, flow), out)


@main.command()
@click.option("--html", "as_page", is_flag=True, help="As an HTML page instead of Markdown.")
def dictionary(*, as_page: bool) -> None:
    """Print the data dictionary: every field, and where it is asked, derived or left out."""
    from bot.dictionary import as_html, as_markdown, read_dictionary  # noqa: PLC0415 - for this command alone
    from bot.flowfile import read_script  # noqa: PLC0415 - with it

    tables = as_html if as_page else as_markdown
    click.echo(tables(read_dictionary(), read_script(Settings.read().area).flows), nl=False)


@main.command()
@click.option("--language", "languages", multiple=True, help="One language, for example pl; may be repeated.")
@click.option("--to", "folder", default=".", type=click.Path(path_type=Path, file_okay=False), help="Folder.")
@click.option("--at", "entry", default="", help="Id of the entry point where it will hang or lie.")
def leaflet(languages: tuple[str, ...], folder: Path, entry: str) -> None:
    """Write a leaflet to print, leaflet-<language>.pdf, in every language on offer."""
    from bot.leaflet import read_leaflet, write_leaflets  # noqa: PLC0415 - for this command alone

    for line in write_leaflets(read_leaflet(Settings.read(), entry), languages, folder):
        click.echo(line)


@main.command()
@click.option("--at", "entry", required=True, help="Id of the entry point whose site will show it.")
@click.option("--language", default="en", show_default=True)
def button(entry: str, language: str) -> None:
    """Print a link as HTML that a partner puts on their site: no script, no frame, no picture."""
    from bot.button import read_button  # noqa: PLC0415 - for this command alone

    click.echo(read_button(Settings.read(), entry, language))


@main.command()
def entries() -> None:
    """Print how many conversations began by each entry point: month, entry point, channel, number."""
    from bot.entries import lines  # noqa: PLC0415 - for this command alone
    from casebridge.database import Database  # noqa: PLC0415 - with it

    database = Database(Settings.read().database)
    for line in lines(database):
        click.echo(line)
    database.close()


@main.command()
@click.option("--rotate", is_flag=True, help="Make a newer key that takes over; older ones still decrypt.")
def keys(*, rotate: bool) -> None:
    """Make the draft key, if there is none."""
    made = make_draft_key(Settings.read(), another=rotate)
    click.echo("made a draft key" if made else "there is a draft key already")


@main.command()
@click.option("--write", "message", default="", help="Write a migration for what changed in the tables.")
def migrate(message: str) -> None:
    """Bring the database to the newest shape."""
    from bot import migrating  # noqa: PLC0415 - alembic takes 250 ms
    from casebridge.database import Database  # noqa: PLC0415 - with it

    settings = Settings.read()
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    if message:
        migrating.write(database, message)
    else:
        migrating.migrate(database)
    database.close()


@main.command()
def purge() -> None:
    """Remove what has expired, once."""
    from bot.messenger import purge_once  # noqa: PLC0415 - for this command alone

    click.echo(f"{purge_once(Settings.read())} conversations expired")


@main.command()
def messenger() -> None:
    """Remove what expires, write to those who agreed to it, take in what was missed; until stopped."""
    from bot.app import join  # noqa: PLC0415 - the service is for this and few others
    from bot.messenger import run  # noqa: PLC0415 - for this command alone

    run(Settings.read(), join)


@main.command()
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 24), help="How far back.")
def reconcile(hours: int) -> None:
    """Take in the messages that Twilio received for us and we did not."""
    from bot.app import join  # noqa: PLC0415 - as above
    from bot.reconciling import reconcile  # noqa: PLC0415 - for this command alone

    settings = Settings.read()
    if not settings.knows_its_numbers:
        raise click.ClickException("TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM are not set")
    service = join(settings)
    counts = reconcile(service, settings, timedelta(hours=hours))
    service.database.close()
    click.echo(
        f"{counts.found} found, {counts.known} already here, {counts.taken} taken in, {counts.failed} not"
    )
