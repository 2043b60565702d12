"""The headers every answer of the desk carries."""

from flask import Flask, Response

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)  # no script at all
OFF = (
    "accelerometer, camera, clipboard-read, display-capture, encrypted-media, fullscreen, "
    "geolocation, gyroscope, hid, idle-detection, magnetometer, microphone, midi, payment, "
    "publickey-credentials-get, screen-wake-lock, serial, usb, xr-spatial-tracking"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in OFF.split(", ")),
}
HSTS = "max-age=31536000; includeSubDomains"


def add_headers(app: Flask, *, https: bool) -> None:
    """Put the headers on everything the app answers, mistakes and files included."""
    headers = {**HEADERS, "Strict-Transport-Security": HSTS} if https else HEADERS

    @app.after_request
    def _add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        return response
