"""The commands of the private tier: `python -m casebridge …`."""

import json
import signal
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime

import click

from casebridge import keyring, outbox
from casebridge.area import read_area
from casebridge.database import Database
from casebridge.destinations import open_destinations, unknown_destinations
from casebridge.keyring import NoDeskKey
from casebridge.ledger import ledger
from casebridge.logs import set_up_logs
from casebridge.recipients import FaultyKey, read_public_keys
from casebridge.schema import report_schema
from casebridge.settings import FaultySettings, PrivateSettings
from casebridge.worker import Worker
from casebridge.yamlfile import FaultyFile

DESK_THREADS = 4


class _Refusing(click.Group):
    """Says every fault of settings, files and keys, one a line, and ends with 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (FaultySettings, FaultyFile) as faulty:
            faults = tuple(map(str, faulty.faults))
        except FaultyKey as faulty:
            faults = (f"key file '{faulty.file}' is not what its name says",)
        except NoDeskKey:
            faults = ("there is no desk key: python -m casebridge keys make",)
        for fault in faults:
            click.echo(fault, err=True)
        ctx.exit(2)


@click.group(cls=_Refusing)
def main() -> None:
    """Carry reports to the agencies, show them at the desk, account for them."""


@main.command("worker")
def work() -> None:
    """Deliver what is due until SIGTERM or Ctrl-C; the delivery in hand is finished."""
    set_up_logs()
    settings = PrivateSettings.read()
    unknown = unknown_destinations(read_area(settings.area))
    if unknown:
        raise click.ClickException(f"the area file names destinations there are not: {', '.join(unknown)}")
    keyring.read_keyring(settings)  # to refuse at start what would fail at every delivery
    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stop.set())
    with closing(Database(settings.database)) as database:
        destinations = open_destinations(database, settings)
        Worker(database, destinations, lambda: keyring.read_keyring(settings)).run(stop)


@main.command()
def desk() -> None:
    """Serve the desk on DESK_HOST:DESK_PORT; only ever a private network."""
    from granian.constants import Interfaces  # noqa: PLC0415 - 60 ms that no other command needs
    from granian.log import LogLevels  # noqa: PLC0415 - the same
    from granian.server import Server  # noqa: PLC0415 - the same

    set_up_logs()
    settings = PrivateSettings.read()
    keyring.read_keyring(settings)  # to refuse at start, in words
    Server(
        "casebridge.cli:open_desk",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.desk_host,
        port=settings.desk_port,
        workers=1,
        blocking_threads=DESK_THREADS,
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},  # through our reduced log
    ).serve()


def open_desk() -> object:
    """Make the desk's WSGI application, inside the server's own process."""
    from casebridge.desk.app import create_desk  # noqa: PLC0415 - flask, for this command alone

    set_up_logs()
    return create_desk(PrivateSettings.read())


@main.command()
@click.option("--agency", default="case_group", show_default=True)
@click.option("--first", is_flag=True, help="Only while nobody has accepted an invitation.")
def invite(agency: str, *, first: bool) -> None:
    """Print a one-time invitation to the desk for somebody of AGENCY."""
    from casebridge.desk import access  # noqa: PLC0415 - for this command alone

    settings = PrivateSettings.read()
    with closing(Database(settings.database)) as database:
        if first and access.has_users(database):
            return
        token = access.invite(database, settings, _known(settings, agency), datetime.now(UTC))
        print(access.invitation_link(settings, token))


@main.group()
def keys() -> None:
    """Make, list and rotate the agencies' keys."""


@keys.command()
def make() -> None:
    """Make whatever key is missing; change none that is there."""
    settings = PrivateSettings.read()
    made = keyring.make_keys(settings, read_area(settings.area))
    for agency in made:
        print(f"{agency}: new key")
    if not made:
        print("every agency has a key")


@keys.command()
def status() -> None:
    """List every agency's keys, the one in use first; end with 1 if an agency has none."""
    settings = PrivateSettings.read()
    public, private = read_public_keys(settings), keyring.read_keyring(settings)
    agencies = [agency.id for agency in read_area(settings.area).agencies]
    for agency in sorted({*agencies, *public, *private.agencies}):
        known = [key.id for key in public.get(agency, ())]
        for key_id in sorted({*known, *private.of(agency)}, reverse=True):
            use = "in use" if key_id in known[:1] else "opens older reports"
            held = "" if key_id in private.of(agency) else ", PRIVATE KEY MISSING"
            print(f"{agency}  {key_id}  {use}{held}")
    without = [agency for agency in agencies if agency not in public]
    for agency in without:
        print(f"{agency}  NO KEY")
    sys.exit(1 if without else 0)


@keys.command()
@click.argument("agency")
def rotate(agency: str) -> None:
    """Make a new key for AGENCY; older reports still open with the older keys."""
    settings = PrivateSettings.read()
    print(f"{agency}: {keyring.rotate(settings, _known(settings, agency))}, used once the chat is restarted")


@main.command()
def schema() -> None:
    """Print the JSON Schema of a report as agencies receive it."""
    print(json.dumps(report_schema(), indent=2, sort_keys=True))


@main.command("ledger")
def show_ledger() -> None:
    """Account for every report; end with 1 if the ledger does not balance."""
    settings = PrivateSettings.read()
    with closing(Database(settings.database)) as database, database.read() as connection:
        found = ledger(connection)
    for name in ("reports", "shares", "delivered", "pending", "dead", "withdrawn"):
        print(f"{name:<10}{getattr(found, name):>10}")
    for reference in found.faulty:
        print(f"does not balance: {reference}")
    print("balances" if found.balances else "DOES NOT BALANCE")
    sys.exit(0 if found.balances else 1)


@main.command()
@click.argument("delivery_id")
def replay(delivery_id: str) -> None:
    """Try a dead letter again, for another 72 hours."""
    settings = PrivateSettings.read()
    with closing(Database(settings.database)) as database:
        replayed = outbox.replay(database, delivery_id, datetime.now(UTC))
    if not replayed:
        raise click.ClickException(f"no dead letter has the id {delivery_id!r}")


def _known(settings: PrivateSettings, agency: str) -> str:
    agencies = [known.id for known in read_area(settings.area).agencies]
    if agency not in agencies:
        raise click.BadParameter(f"{agency!r} is none of {', '.join(agencies)}")
    return agency
