"""Public keys and private keys: made once, kept apart, rotated without losing a report."""

from pathlib import Path

import pytest

from casebridge.keyring import (
    DESK_KEY_BYTES,
    NoDeskKey,
    make_keys,
    read_keyring,
    rotate,
)
from casebridge.recipients import (
    FaultyKey,
    MissingKeys,
    read_public_keys,
    read_recipients,
    recipients_folder,
)
from casebridge.routing import views
from casebridge.sealing import open_sealed, seal
from casebridge.settings import PrivateSettings
from tests.casebridge.reports import AREA, CODE_KEY, make_report


@pytest.fixture
def settings(tmp_path: Path) -> PrivateSettings:
    return PrivateSettings(_env_file=None, var_dir=tmp_path / "var")


def test_made_keys_seal_and_open(settings: PrivateSettings) -> None:
    made = make_keys(settings, AREA)
    report = make_report()

    envelope = seal(report, views(report, AREA), read_recipients(settings, AREA).keys, CODE_KEY)

    assert made == ("case_group", "police", "housing")
    opened = open_sealed(envelope, "police", read_keyring(settings).of("police"))
    assert opened == views(report, AREA)["police"]


def test_making_keys_again_changes_nothing(settings: PrivateSettings) -> None:
    make_keys(settings, AREA)
    before = _files(settings.var_dir)

    assert make_keys(settings, AREA) == ()
    assert _files(settings.var_dir) == before


def test_an_agency_new_in_the_area_is_given_a_key_and_the_others_keep_theirs(
    settings: PrivateSettings,
) -> None:
    first = AREA.model_copy(update={"agencies": AREA.agencies[:2]})
    make_keys(settings, first)
    before = _files(settings.var_dir)

    assert make_keys(settings, AREA) == ("housing",)
    assert before.items() <= _files(settings.var_dir).items()


def test_a_lost_public_key_is_written_anew_from_the_private_one(settings: PrivateSettings) -> None:
    make_keys(settings, AREA)
    before = _files(settings.var_dir)
    for file in recipients_folder(settings).iterdir():
        file.unlink()

    make_keys(settings, AREA)

    assert _files(settings.var_dir) == before


def test_only_the_owner_can_read_private_keys(settings: PrivateSettings) -> None:
    make_keys(settings, AREA)

    private = [settings.private_keys, *settings.private_keys.rglob("*")]
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in private}
    assert modes == {True: 0o700, False: 0o600}


def test_the_public_folder_holds_nothing_private(settings: PrivateSettings) -> None:
    make_keys(settings, AREA)

    public = b"".join(_files(settings.public_keys).values())
    assert b"PRIVATE" not in public
    assert read_keyring(settings).desk not in public


def test_after_a_rotation_the_new_key_is_in_use_and_the_old_one_still_opens(
    settings: PrivateSettings,
) -> None:
    make_keys(settings, AREA)
    report = make_report()
    older = seal(report, views(report, AREA), read_recipients(settings, AREA).keys, CODE_KEY)

    key_id = rotate(settings, "police")

    assert read_recipients(settings, AREA).keys["police"].id == key_id
    assert [key.id[:4] for key in read_public_keys(settings)["police"]] == ["0002", "0001"]
    assert open_sealed(older, "police", read_keyring(settings).of("police")).agency == "police"


def test_agencies_without_a_key_are_named(settings: PrivateSettings) -> None:
    make_keys(settings, AREA.model_copy(update={"agencies": AREA.agencies[:1]}))

    with pytest.raises(MissingKeys) as raised:
        read_recipients(settings, AREA)

    assert (raised.value.agencies, raised.value.pepper) == (("police", "housing"), False)


def test_without_any_keys_everything_missing_is_named_at_once(settings: PrivateSettings) -> None:
    with pytest.raises(MissingKeys) as raised:
        read_recipients(settings, AREA)

    assert (raised.value.agencies, raised.value.pepper) == (("case_group", "police", "housing"), True)


def test_a_public_key_under_anothers_name_is_refused(settings: PrivateSettings) -> None:
    make_keys(settings, AREA)
    police = next(recipients_folder(settings).glob("police.*"))
    housing = next(recipients_folder(settings).glob("housing.*"))
    police.write_bytes(housing.read_bytes())

    with pytest.raises(FaultyKey) as raised:
        read_recipients(settings, AREA)

    assert raised.value.file == police.name


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PUBLIC KEY-----\n"])
def test_a_key_file_that_is_no_key_is_refused(settings: PrivateSettings, content: bytes) -> None:
    make_keys(settings, AREA)
    next(settings.private_keys.glob("agencies/police/*")).write_bytes(content)

    with pytest.raises(FaultyKey):
        read_keyring(settings)


def test_a_short_pepper_is_refused(settings: PrivateSettings) -> None:
    make_keys(settings, AREA)
    (settings.public_keys / "code-pepper").write_bytes(b"short")

    with pytest.raises(FaultyKey) as raised:
        read_recipients(settings, AREA)

    assert raised.value.file == "code-pepper"


def test_the_desk_key_is_long_enough_and_its_absence_noticed(settings: PrivateSettings) -> None:
    with pytest.raises(NoDeskKey):
        read_keyring(settings)

    make_keys(settings, AREA)

    assert len(read_keyring(settings).desk) == DESK_KEY_BYTES


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
