"""The desk's only cookie: a random id and nothing else. What it means is known to the database.

Flask-WTF keeps its secret in the session; here that secret follows from the id and the desk
key, so that nothing needs storing before somebody signs in.
"""

import hashlib
import hmac
import re
import secrets
from typing import Any, cast

from flask import Flask, Request, Response, current_app, request, session
from flask.sessions import SessionInterface, SessionMixin

ID = re.compile(r"[A-Za-z0-9_-]{43}")


class Visit(dict[str, Any], SessionMixin):
    """One browser, signed in or not."""

    def __init__(self, visit_id: str, key: bytes, *, new: bool) -> None:
        super().__init__()
        self._key = key
        self._came_new = new
        self.ended = False
        self._take(visit_id, new=new)

    def renew(self) -> None:
        """Take a new id: one that somebody else may have planted is worth nothing."""
        self._take(secrets.token_urlsafe(32), new=True)

    def resume(self, visit_id: str) -> None:
        """Go back to the id the browser came with: what the new one was for has not happened."""
        self._take(visit_id, new=self._came_new)

    def _take(self, visit_id: str, *, new: bool) -> None:
        self.id, self.new = visit_id, new
        self["csrf_token"] = hmac.new(self._key, b"csrf " + visit_id.encode(), hashlib.sha256).hexdigest()


class Cookie(SessionInterface):
    """Reads and sets the cookie."""

    def __init__(self, key: bytes, *, https: bool) -> None:
        self._key = key
        self._https = https
        self.name = "__Host-desk" if https else "desk"

    def open_session(self, app: Flask, request: Request) -> Visit:  # noqa: ARG002 - Flask's signature
        sent = request.cookies.get(self.name, "")
        known = ID.fullmatch(sent) is not None
        return Visit(sent if known else secrets.token_urlsafe(32), self._key, new=not known)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        current = cast(Visit, session)
        if current.ended:
            response.delete_cookie(self.name, "/", secure=self._https, httponly=True, samesite="Strict")
        elif current.new and current.accessed:
            response.set_cookie(
                self.name, current.id, path="/", secure=self._https, httponly=True, samesite="Strict"
            )


def visit() -> Visit:
    """Return the visit of the current request."""
    return cast(Visit, session)


def has_cookie() -> bool:
    """Return whether the browser sent our cookie; asking does not begin a visit."""
    return cast(Cookie, current_app.session_interface).name in request.cookies
