"""The headers every public answer carries: nothing from elsewhere, nothing inline, nothing kept."""

from flask import Flask, Response, request

from bot.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)  # the exit is a link: form-action would follow its redirects and hold a person here
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
    """Put the headers on everything the app answers, mistakes and files included."""
    hsts = {"Strict-Transport-Security": HSTS} if settings.is_https else {}
    headers = tuple({**HEADERS, **hsts}.items())

    @app.after_request
    def _add(response: Response) -> Response:
        response.headers.pop("Cache-Control", None)  # the one that Flask sets too, on files
        for name, value in headers:
            response.headers.add(name, value)
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = STATIC_KEPT
        return response
