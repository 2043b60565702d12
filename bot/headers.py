"""The headers every public answer carries: nothing from elsewhere, nothing inline, nothing kept."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from bot.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)  # blob: a photo chosen and not sent yet, shown from memory
# the exit is a link: form-action would follow its redirects and hold a person here
OFF = (
    "accelerometer, autoplay, camera, clipboard-read, display-capture, encrypted-media, "
    "fullscreen, geolocation, gyroscope, hid, idle-detection, magnetometer, microphone, midi, payment, "
    "publickey-credentials-get, screen-wake-lock, serial, usb, xr-spatial-tracking"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in OFF.split(", ")),
}
HSTS = "max-age=31536000; includeSubDomains"
STATIC_KEPT = "public, max-age=31536000, immutable"  # its address holds a hash of what is in it


def harden(app: Flask, settings: Settings) -> None:
    """Put the headers on everything the app answers, mistakes and files included.

    Around the application and not within it: nothing it may do can lose them.
    """
    always = [(name, value) for name, value in HEADERS.items() if name != "Cache-Control"]
    if settings.is_https:
        always.append(("Strict-Transport-Security", HSTS))
    answer = app.wsgi_app

    def hardened(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, given: list[tuple[str, str]], fault: Any = None) -> Callable[[bytes], object]:
            kept = STATIC_KEPT if status == "200 OK" and _is_hashed(environ) else HEADERS["Cache-Control"]
            own = [header for header in given if header[0] != "Cache-Control"]  # Flask's, on files
            said = (status, [*own, *always, ("Cache-Control", kept)])
            return start_response(*said, fault) if fault else start_response(*said)

        return answer(environ, start)

    app.wsgi_app = hardened  # type: ignore[method-assign]  # Flask's own way to wrap it


def _is_hashed(environ: "WSGIEnvironment") -> bool:
    """Say whether a file is asked for by an address that holds a hash of what is in it."""
    path: str = environ["PATH_INFO"]
    query: str = environ.get("QUERY_STRING", "")
    return path.startswith("/static/") and query.startswith("v=")
