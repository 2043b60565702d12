"""A server in trouble, run by test_canaries: an engine that fails with the words, a database that is away."""

from flask import Flask
from sqlalchemy import text

from bot import deeds
from bot.app import create_app
from bot.core.engine import Outcome
from bot.service import Service
from bot.settings import Settings
from tests.canaries import TOKENS, by_sms, by_telegram

AWAY = f"postgresql://zimtkonto:{TOKENS['TWILIO_AUTH_TOKEN']}@127.0.0.1:9/none"  # nobody listens there


def statuses(app: Flask) -> set[int]:
    client, address = app.test_client(), Settings.read().address
    answers = [client.post("/channels/sms", headers=head, data=form) for head, form in by_sms(address)]
    answers += [client.post("/channels/telegram", headers=head, data=body) for head, body in by_telegram()]
    return {answer.status_code for answer in answers}


def fail_with_words(*given: object) -> Outcome:
    raise ValueError(*map(repr, given))


assert statuses(create_app(Settings.read(database_url=AWAY))) == {200, 403, 503}  # 200: no update at all

app = create_app()
well = vars(deeds)["advance"]
vars(deeds).update(advance=fail_with_words)
assert statuses(app) == {200, 403, 500}

vars(deeds).update(advance=well)
service: Service = app.extensions["service"]
with service.database.begin() as connection:
    connection.execute(text("ALTER TABLE turn RENAME TO gone"))
assert statuses(app) & {500, 503}
