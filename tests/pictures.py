"""Pictures as people send them: of each form, with hidden data in them, broken, or none at all."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

PLACE = b"54.5705"  # in every hidden place a picture has
GPS = {1: "N", 2: (54.0, 34.0, 13.8), 3: "W", 4: (1.0, 19.0, 12.0)}


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), colour: str = "red") -> bytes:
    """A picture of one colour."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, form)
    return file.getvalue()


@cache  # its profile holds the second it was made
def telling_picture(form: str = "JPEG", orientation: int = 1) -> bytes:
    """A picture whose Exif holds a place, whose comment, XMP and texts hold it in figures."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x0132] = orientation, PLACE.decode(), "2026:11:21 22:10:00"
    exif.get_ifd(0x8825).update(GPS)
    file, image = BytesIO(), Image.new("RGB", (64, 48), "red")
    profile = _profile()
    if form == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", PLACE.decode())
        image.save(file, form, exif=exif, icc_profile=profile, pnginfo=texts)
    elif form == "WEBP":
        image.save(file, form, exif=exif, icc_profile=profile, xmp=PLACE)
    elif form == "GIF":
        image.save(file, form, comment=PLACE)
    else:
        image.save(file, form, exif=exif, icc_profile=profile, comment=PLACE, xmp=PLACE)
    return file.getvalue() + PLACE  # behind its end too


@cache
def _profile() -> bytes:
    """Made once: it holds the second it was made in, and the same picture is to be the same bytes."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few hundred kilobytes that unfolds to `side` times `side` pixels."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side // 8 + 1) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


HTML = b"<!doctype html><script>alert(1)</script>"
