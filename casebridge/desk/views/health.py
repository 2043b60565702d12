"""For the machines that watch the desk: is it alive, can it work?"""

from flask import Blueprint, Response
from sqlalchemy import select
from sqlmodel import col

from casebridge.desk.context import desk
from casebridge.desk.tables import DeskUser

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    return Response("alive\n", mimetype="text/plain")


@health.get("/readyz")
def ready() -> Response:
    """Answer 503 (by the app's own page) while the database is away."""
    with desk().database.read() as connection:
        connection.execute(select(col(DeskUser.id)).limit(1)).all()
    return Response("ready\n", mimetype="text/plain")
