"""A sealed picture opens for those who may have the details, and for nobody else."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import update
from sqlmodel import col

from casebridge import returning
from casebridge.database import Database
from casebridge.photos import change_code, erase, fill, give, listed, lose, stored, submit, withdraw
from casebridge.routing import views
from casebridge.sealedphoto import (
    SMALLEST_BUCKET,
    PhotoState,
    SealedPhoto,
    agencies_in,
    open_original,
    open_photo,
    open_photo_with_code,
    seal_photo,
    seal_without_photo,
    with_details,
    without_agencies,
)
from casebridge.sealing import NotEntitled, SealingError, Tampered, UnknownKey
from casebridge.tables import ReportPhoto
from tests.casebridge.reports import AREA, CODE_KEY, NOW, PRIVATE, RECIPIENTS, make_report, queue
from tests.pictures import HTML

pytestmark = pytest.mark.both_databases

JPEG, ORIGINAL = b"\xff\xd8\xff the picture", b"\xff\xd8\xff the picture with its place"
REFERENCE = "KX7D-4MQP"
ALLOWED = ("case_group", "housing")


def sealed(original: bytes | None = ORIGINAL, number: int = 1) -> SealedPhoto:
    keys = [RECIPIENTS[agency] for agency in ALLOWED]
    return seal_photo(JPEG, original, REFERENCE, number, keys, CODE_KEY)


@pytest.mark.parametrize("agency", ALLOWED)
def test_every_agency_it_is_sealed_for_opens_it(agency: str) -> None:
    envelope = sealed().envelope

    assert open_photo(envelope, agency, PRIVATE[agency], REFERENCE, 1) == JPEG
    assert open_original(envelope, agency, PRIVATE[agency], REFERENCE, 1) == ORIGINAL


def test_the_return_code_opens_it_and_no_other_code_does() -> None:
    envelope = sealed().envelope

    assert open_photo_with_code(envelope, CODE_KEY, REFERENCE, 1) == JPEG
    with pytest.raises(NotEntitled):
        open_photo_with_code(envelope, bytes(32), REFERENCE, 1)


def test_only_those_with_details_may_have_pictures() -> None:
    """The case group has everything, the police only the facts, housing nothing."""
    assert with_details(views(make_report(), AREA)) == ("case_group",)


def test_an_agency_with_only_the_facts_cannot_open_it() -> None:
    with pytest.raises(NotEntitled):
        open_photo(sealed().envelope, "police", PRIVATE["police"], REFERENCE, 1)


def test_a_key_of_another_agency_does_not_open_it() -> None:
    envelope = sealed().envelope
    (key_id,) = PRIVATE["case_group"]

    with pytest.raises(Tampered):
        open_photo(envelope, "case_group", {key_id: X25519PrivateKey.generate()}, REFERENCE, 1)
    with pytest.raises(UnknownKey):
        open_photo(envelope, "case_group", {}, REFERENCE, 1)


@pytest.mark.parametrize(("reference", "number"), [("KX7D-4MQR", 1), (REFERENCE, 2)])
def test_a_picture_cannot_be_passed_off_as_another(reference: str, number: int) -> None:
    envelope = sealed().envelope

    with pytest.raises(Tampered):
        open_photo(envelope, "case_group", PRIVATE["case_group"], reference, number)
    with pytest.raises(NotEntitled):
        open_photo_with_code(envelope, CODE_KEY, reference, number)


def test_a_picture_without_its_original_has_none() -> None:
    photo = sealed(original=None)

    assert not photo.has_original
    with pytest.raises(Tampered):
        open_original(photo.envelope, "case_group", PRIVATE["case_group"], REFERENCE, 1)


def test_pictures_of_about_a_size_are_sealed_to_the_same_size() -> None:
    keys = [RECIPIENTS["case_group"]]
    sizes = {
        len(seal_photo(bytes(length), None, REFERENCE, 1, keys, CODE_KEY).envelope)
        for length in (1, 1000, SMALLEST_BUCKET - 4)
    }

    assert len(sizes) == 1


def test_any_wrong_byte_is_noticed() -> None:
    envelope = sealed().envelope

    for at in (0, 3, 5, 20, 300, 600, 5000, SMALLEST_BUCKET, len(envelope) - 1):
        broken = envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]
        opened = []
        for which in (open_photo, open_original):
            try:
                opened.append(which(broken, "case_group", PRIVATE["case_group"], REFERENCE, 1))
            except SealingError:
                opened.append(b"")
        assert set(opened) <= {b"", JPEG, ORIGINAL}
        assert at < 1000 or b"" in opened, at


def test_an_agency_that_is_taken_out_opens_it_no_more_and_the_others_do() -> None:
    envelope = without_agencies(sealed().envelope, {"housing"})

    assert agencies_in(envelope) == {"case_group"}
    assert open_photo(envelope, "case_group", PRIVATE["case_group"], REFERENCE, 1) == JPEG
    assert open_photo_with_code(envelope, CODE_KEY, REFERENCE, 1) == JPEG
    with pytest.raises(NotEntitled):
        open_photo(envelope, "housing", PRIVATE["housing"], REFERENCE, 1)


def test_an_agency_is_listed_the_pictures_it_can_open_in_order(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        submit(connection, REFERENCE, (sealed(number=2), sealed(original=None, number=1)))
        first = without_agencies(sealed(number=1).envelope, {"housing"})
        connection.execute(update(ReportPhoto).where(col(ReportPhoto.number) == 1).values(envelope=first))

    with database.read() as connection:
        found = {agency: listed(connection, REFERENCE, agency) for agency in (*ALLOWED, "police")}
        second = stored(connection, REFERENCE, 2)

    assert {agency: [p.number for p in photos] for agency, photos in found.items()} == {
        "case_group": [1, 2],
        "housing": [2],
        "police": [],
    }
    assert [photo.has_original for photo in found["case_group"]] == [False, True]
    assert second is not None
    assert open_photo(second.envelope, "housing", PRIVATE["housing"], REFERENCE, 2) == JPEG


def test_erasing_removes_the_pictures_of_this_report_only(database: Database) -> None:
    other = queue(database, make_report(reference="KX7D-4MQR"))
    queue(database)
    with database.begin() as connection:
        submit(connection, REFERENCE, (sealed(number=1), sealed(number=2)))
        submit(connection, other.reference, (sealed(number=1),))

        gone = erase(connection, REFERENCE)

    with database.read() as connection:
        assert gone == 2
        assert listed(connection, REFERENCE, "case_group") == ()
        assert len(listed(connection, other.reference, "case_group")) == 1


def test_taking_a_report_back_locks_every_picture_to_that_agency_alone(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        submit(connection, REFERENCE, (sealed(number=1), sealed(number=2)))

        returning.withdraw(connection, REFERENCE, ("case_group",), NOW)

    for number in (1, 2):
        envelope = picture(database, number)
        for opens in (open_photo, open_original):
            with pytest.raises(NotEntitled):
                opens(envelope, "case_group", PRIVATE["case_group"], REFERENCE, number)
        assert open_photo(envelope, "housing", PRIVATE["housing"], REFERENCE, number) == JPEG
        assert open_photo_with_code(envelope, CODE_KEY, REFERENCE, number) == JPEG


def test_erasing_a_report_leaves_no_picture(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        submit(connection, REFERENCE, (sealed(number=1), sealed(number=2)))

        returning.erase(connection, REFERENCE, NOW)

    with database.read() as connection:
        assert [stored(connection, REFERENCE, number) for number in (1, 2)] == [None, None]


def test_an_agency_agreed_to_later_opens_every_picture_and_the_others_still_do(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        submit(connection, REFERENCE, (sealed(number=1), sealed(original=None, number=2)))

        give(connection, REFERENCE, CODE_KEY, (RECIPIENTS["police"],))

    for number in (1, 2):
        envelope = picture(database, number)
        for agency in (*ALLOWED, "police"):
            assert open_photo(envelope, agency, PRIVATE[agency], REFERENCE, number) == JPEG
        assert open_photo_with_code(envelope, CODE_KEY, REFERENCE, number) == JPEG
    assert open_original(picture(database, 1), "police", PRIVATE["police"], REFERENCE, 1) == ORIGINAL


def test_what_was_taken_back_is_given_again_to_whoever_is_agreed_to_again(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        submit(connection, REFERENCE, (sealed(),))
        returning.withdraw(connection, REFERENCE, ("case_group",), NOW)

        give(connection, REFERENCE, CODE_KEY, (RECIPIENTS["case_group"],))

    assert open_photo(picture(database, 1), "case_group", PRIVATE["case_group"], REFERENCE, 1) == JPEG


def test_another_code_gives_nobody_a_picture(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        submit(connection, REFERENCE, (sealed(),))

        give(connection, REFERENCE, bytes(32), (RECIPIENTS["police"],))

    assert agencies_in(picture(database, 1)) == {*ALLOWED}


def test_a_damaged_picture_keeps_no_other_from_being_taken_back(database: Database) -> None:
    queue(database)
    damaged = sealed(number=1).envelope[:100]
    with database.begin() as connection:
        first = SealedPhoto(1, damaged, has_original=True)
        submit(connection, REFERENCE, (first, sealed(number=2)))

        returning.withdraw(connection, REFERENCE, ALLOWED, NOW)

    assert (picture(database, 1), agencies_in(picture(database, 2))) == (damaged, frozenset())


def picture(database: Database, number: int) -> bytes:
    with database.read() as connection:
        found = stored(connection, REFERENCE, number)
    assert found is not None
    return found.envelope


# --- still to come ----------------------------------------------------------------------------


def awaited(database: Database, *agencies: str, with_original: bool = True) -> bytes:
    """Store a report whose picture is still to come; return the picture's data key."""
    queue(database, make_report())
    keys = [RECIPIENTS[agency] for agency in agencies or ALLOWED]
    photo, key = seal_without_photo(REFERENCE, 1, keys, CODE_KEY, with_original=with_original)
    with database.begin() as connection:
        submit(connection, REFERENCE, [photo])
    return key


def filled_with(database: Database, key: bytes) -> SealedPhoto:
    with database.begin() as connection:
        fill(connection, REFERENCE, 1, key, JPEG, ORIGINAL)
        found = stored(connection, REFERENCE, 1)
    assert found is not None
    return found


def test_a_picture_that_comes_later_opens_as_one_that_was_there(database: Database) -> None:
    photo = filled_with(database, awaited(database))

    assert photo.state is PhotoState.HERE
    assert open_photo(photo.envelope, "case_group", PRIVATE["case_group"], REFERENCE, 1) == JPEG
    assert open_original(photo.envelope, "housing", PRIVATE["housing"], REFERENCE, 1) == ORIGINAL
    assert open_photo_with_code(photo.envelope, CODE_KEY, REFERENCE, 1) == JPEG


def test_as_it_was_sent_is_put_in_only_where_that_was_agreed_to(database: Database) -> None:
    photo = filled_with(database, awaited(database, with_original=False))

    with pytest.raises(Tampered):
        open_original(photo.envelope, "case_group", PRIVATE["case_group"], REFERENCE, 1)


def test_who_opens_it_is_whoever_has_a_key_when_it_comes(database: Database) -> None:
    key, new_code = awaited(database), bytes(31) + b"1"
    with database.begin() as connection:
        withdraw(connection, REFERENCE, ["housing"])
        give(connection, REFERENCE, CODE_KEY, [RECIPIENTS["police"]])
        change_code(connection, REFERENCE, CODE_KEY, new_code)

    photo = filled_with(database, key)

    assert agencies_in(photo.envelope) == {"case_group", "police"}
    assert open_photo(photo.envelope, "police", PRIVATE["police"], REFERENCE, 1) == JPEG
    assert open_photo_with_code(photo.envelope, new_code, REFERENCE, 1) == JPEG
    with pytest.raises(NotEntitled):
        open_photo_with_code(photo.envelope, CODE_KEY, REFERENCE, 1)


def test_nothing_opens_before_it_has_come(database: Database) -> None:
    awaited(database)
    with database.read() as connection:
        (photo,) = listed(connection, REFERENCE, "case_group")

    assert photo.state is PhotoState.AWAITED
    with pytest.raises(Tampered):
        open_photo(photo.envelope, "case_group", PRIVATE["case_group"], REFERENCE, 1)


@pytest.mark.parametrize(
    "before", [erase, lambda c, reference: lose(c, reference, 1)], ids=["erased", "lost"]
)
def test_what_comes_too_late_is_not_put_in(database: Database, before: Callable[..., object]) -> None:
    key = awaited(database)
    with database.begin() as connection:
        before(connection, REFERENCE)
        fill(connection, REFERENCE, 1, key, JPEG, ORIGINAL)
        found = stored(connection, REFERENCE, 1)

    assert found is None or (found.state is PhotoState.LOST and len(found.envelope) < SMALLEST_BUCKET)


def test_a_picture_that_is_here_is_not_replaced(database: Database) -> None:
    key = awaited(database)
    first = filled_with(database, key)

    with database.begin() as connection:
        fill(connection, REFERENCE, 1, key, HTML, HTML)
        assert stored(connection, REFERENCE, 1) == first
