"""What becomes of the bytes somebody sends as a picture."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.core.conversation import Refusal
from bot.media import MOST_BYTES
from bot.photos import LONGEST_SIDE, Photo, read_photo
from tests.pictures import HTML, PLACE, bomb, picture, telling_picture

FORMS = ("JPEG", "PNG", "WEBP", "GIF")
HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x10\0\0\0WEBP")


def drawn(content: bytes) -> Image.Image:
    photo = read_photo(content)
    assert isinstance(photo, Photo)
    image = Image.open(BytesIO(photo.jpeg))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (photo.width, photo.height))
    return image


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_becomes_a_jpeg_of_the_same_size(form: str) -> None:
    image = drawn(picture(form))

    assert image.size == (64, 48)
    red, green, blue = image.getpixel((20, 20))  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize("form", FORMS)
def test_no_hidden_data_comes_out(form: str) -> None:
    told = telling_picture(form)
    assert PLACE in told

    image = drawn(told)

    photo = read_photo(told)
    assert isinstance(photo, Photo)
    assert not any(sign in photo.jpeg for sign in (PLACE, b"Exif", b"ICC_PROFILE", b"xap/1.0", b"2026:11"))
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert {marker for marker, _ in image.applist} == {"APP0"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (64, 48)), (3, (64, 48)), (6, (48, 64)), (8, (48, 64))]
)
def test_a_picture_is_turned_upright(orientation: int, size: tuple[int, int]) -> None:
    assert drawn(telling_picture(orientation=orientation)).size == size


def test_a_large_picture_is_made_smaller_and_a_small_one_is_left() -> None:
    assert drawn(picture(size=(6000, 3000))).size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert drawn(picture(size=(10, 5))).size == (10, 5)


def test_only_the_first_frame_of_a_moving_picture_is_kept() -> None:
    file = BytesIO()
    Image.new("RGB", (8, 8), "blue").save(
        file, "GIF", save_all=True, append_images=[Image.new("RGB", (8, 8), "red")]
    )

    red, _, blue = drawn(file.getvalue()).getpixel((4, 4))  # type: ignore[misc]

    assert blue > 200 > red


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_sort_of_png_is_drawn_on_white(mode: str) -> None:
    file = BytesIO()
    white: dict[str, float | tuple[float, ...]] = {"LA": (0, 0), "RGBA": (0, 0, 0, 0), "I;16": 65535}
    image = Image.new(mode, (8, 8), white.get(mode, 255))
    image.save(file, "PNG")

    pixel = drawn(file.getvalue()).getpixel((4, 4))

    assert isinstance(pixel, tuple)
    assert mode == "P" or min(pixel) > 240


def test_a_picture_in_the_colours_of_print_is_drawn() -> None:
    file = BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(file, "JPEG")

    red, _, blue = drawn(file.getvalue()).getpixel((4, 4))  # type: ignore[misc]

    assert red > 200 > blue


@pytest.mark.parametrize(
    ("content", "why"),
    {
        "nothing": (b"", Refusal.NOT_A_PICTURE),
        "a page that calls itself a picture": (HTML, Refusal.NOT_A_PICTURE),
        "a page behind the first bytes of one": (b"\xff\xd8\xff" + HTML, Refusal.NOT_A_PICTURE),
        "half a JPEG": (picture(size=(640, 480))[:-900], Refusal.NOT_A_PICTURE),
        "half a PNG": (picture("PNG", size=(640, 480))[:-40], Refusal.NOT_A_PICTURE),
        "HEIC": (b"\0\0\0\x18ftypheic" + bytes(64), Refusal.NOT_A_PICTURE),
        "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.NOT_A_PICTURE),
        "a bomb": (bomb(), Refusal.TOO_MANY_PIXELS),
        "a smaller bomb": (bomb(8_000), Refusal.TOO_MANY_PIXELS),
        "too large": (picture() + bytes(MOST_BYTES), Refusal.TOO_BIG),
    }.values(),
)
def test_what_is_no_picture_we_take_is_refused(content: bytes, why: Refusal) -> None:
    assert read_photo(content) is why


@settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(head=st.sampled_from(HEADS), rest=st.binary(max_size=400))
def test_no_bytes_break_it(head: bytes, rest: bytes) -> None:
    assert isinstance(read_photo(head + rest), Photo | Refusal)


@settings(deadline=None, derandomize=True, database=None)
@given(form=st.sampled_from(FORMS), at=st.integers(0, 500), byte=st.integers(0, 255))
def test_no_single_wrong_byte_breaks_it(form: str, at: int, byte: int) -> None:
    content = bytearray(telling_picture(form))
    content[at % len(content)] = byte

    assert isinstance(read_photo(bytes(content)), Photo | Refusal)
