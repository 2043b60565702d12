"""Draws a picture anew from whatever bytes came: nothing of it but its pixels goes on. Pure.

What it is, is found by its first bytes and by decoding it, never by its name or the type it claims.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageCms

from bot.core.conversation import Refusal
from bot.media import MOST_BYTES

MOST_PIXELS = 50_000_000  # up to 400 MB while it is drawn, so one is drawn at a time
LONGEST_SIDE = 2560  # pixels
JPEG_QUALITY = 85
ORIENTATION = 0x0112  # the Exif tag

Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow's own limit, before anything is decoded

_TURNED: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DRAWING = Lock()
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_BROKEN = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError),
    *(AssertionError, RuntimeError, MemoryError, struct.error),
    Warning,  # where warnings are errors
)
"""What Pillow's decoders raise at bytes that are not as they should be."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture drawn anew: sRGB, upright, without any metadata."""

    jpeg: bytes
    width: int
    height: int


def read_photo(content: bytes) -> Photo | Refusal:
    """Draw a picture anew: TOO_BIG, NOT_A_PICTURE or TOO_MANY_PIXELS where it cannot be."""
    if len(content) > MOST_BYTES:
        return Refusal.TOO_BIG
    form = form_of(content)
    if form is None:
        return Refusal.NOT_A_PICTURE
    try:
        with _DRAWING, Image.open(BytesIO(content), formats=(form,)) as image:
            if image.width * image.height > MOST_PIXELS:
                return Refusal.TOO_MANY_PIXELS
            drawn = _drawn(image)
    except _BOMBS:
        return Refusal.TOO_MANY_PIXELS
    except _BROKEN:
        return Refusal.NOT_A_PICTURE
    file = BytesIO()
    drawn.save(file, "JPEG", quality=JPEG_QUALITY)
    return Photo(file.getvalue(), drawn.width, drawn.height)


def form_of(content: bytes) -> str | None:
    """Return the form that the first bytes announce; None for all we do not read, HEIC among it."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    return None


def _drawn(image: Image.Image) -> Image.Image:
    """Decode the first frame, small enough, upright and in sRGB, onto a canvas that knows nothing else."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at a fraction of its size
    image.load()
    turned, profile = _TURNED.get(_orientation(image)), image.info.get("icc_profile")
    plain = _scalable(image)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    plain = _in_srgb(_on_white(plain), profile)
    if turned is not None:
        plain = plain.transpose(turned)
    canvas = Image.new("RGB", plain.size)
    canvas.paste(plain)
    return canvas


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(ORIENTATION)
    except _BROKEN:  # a picture is not refused for what will be thrown away
        return 1
    return found if isinstance(found, int) else 1


def _scalable(image: Image.Image) -> Image.Image:
    """Return it in a mode that can be scaled."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the picture's own colour profile; as it stands where there is none that can be used."""
    if profile:
        try:
            own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, *_BROKEN):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
