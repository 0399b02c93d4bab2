"""The salt: a file that only its owner reads, or the keyring; moved without changing a pseudonym."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.people import shopper
from client.ingest.pseudonym import Pseudonyms
from client.people import rights
from client.salt import place, ring
from client.salt.child import is_real
from client.shop import SALT_PATH, load_salt, make_shop
from client.store import Store
from common.errors import InputError

BACKEND = """
import json, os, time
from pathlib import Path
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 5
    file = Path(os.environ["RING_FILE"])
    def _all(self):
        time.sleep(float(os.environ.get("RING_SLEEP", "0")))
        return json.loads(self.file.read_text()) if self.file.exists() else {}
    def get_password(self, service, username):
        return self._all().get(username)
    def set_password(self, service, username, password):
        self.file.write_text(json.dumps({**self._all(), username: password}))
    def delete_password(self, service, username):
        self.file.write_text(json.dumps({k: v for k, v in self._all().items() if k != username}))

class PlaintextRing(Ring):
    pass
"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of ours, in the child processes; the file in which it keeps its secrets."""
    (tmp_path / "made_up_ring.py").write_text(BACKEND)
    paths = [str(tmp_path), str(Path.cwd()), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in paths if p))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "made_up_ring.Ring")
    monkeypatch.setenv("RING_FILE", str(tmp_path / "ring.json"))
    return tmp_path / "ring.json"


def shop(home: Path) -> Path:
    make_shop(home, "Salt", "en", {})
    return home


def test_a_shop_without_a_keyring_has_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("DISPLAY", ":7")
    home = shop(tmp_path / "shop")
    assert place.where(home) == "file" and len(load_salt(home)) == 32
    with pytest.raises(InputError, match="no keyring"):
        place.move(home, "keyring")
    assert place.where(home) == "file"


def test_by_itself_the_keyring_is_taken_only_with_a_screen(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "HANSA_PEOPLE__SALT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ring.sys, "platform", "linux")
    assert place.where(shop(tmp_path / "headless")) == "file" and not kept.exists()
    monkeypatch.setenv("DISPLAY", ":7")
    home = shop(tmp_path / "desk")
    assert place.where(home) == "keyring" and not (home / SALT_PATH).exists()
    assert list(json.loads(kept.read_text()).values()) == [load_salt(home).hex()]
    monkeypatch.setenv("HANSA_PEOPLE__SALT", "file")
    assert place.where(shop(tmp_path / "told")) == "file"


def test_moving_keeps_every_pseudonym(kept: Path, tmp_path: Path) -> None:
    home = shop(tmp_path / "shop")
    before = Pseudonyms(load_salt(home))("c1")
    run = CliRunner().invoke
    for where in ("keyring", "file", "keyring"):
        done = run(shopper, ["salt", "--move", where, "--home", str(home), "--json"])
        said = json.loads(done.output)
        assert (said["where"], said["moved"]) == (where, True)
        assert Pseudonyms(load_salt(home))("c1") == before
        assert (home / SALT_PATH).exists() == (where == "file")
        assert len(json.loads(kept.read_text())) == (where == "keyring")
        again = run(shopper, ["salt", "--move", where, "--home", str(home), "--json"])
        assert json.loads(again.output)["moved"] is False
    # the mark beside it gives nothing of the salt away
    assert load_salt(home).hex() not in (home / place.MARK_PATH).read_text()


def test_a_move_that_was_cut_off_left_the_file_which_wins(kept: Path, tmp_path: Path) -> None:
    home = shop(tmp_path / "shop")
    salt = load_salt(home)
    place.move(home, "keyring")
    (home / SALT_PATH).write_bytes(salt)
    (home / SALT_PATH).chmod(0o600)
    assert place.where(home) == "file" and load_salt(home) == salt
    assert place.move(home, "keyring") and load_salt(home) == salt


def test_a_lost_entry_is_said_and_nothing_goes_on(kept: Path, tmp_path: Path) -> None:
    home = shop(tmp_path / "shop")
    place.move(home, "keyring")
    entry = json.loads(kept.read_text())
    for lost in ({}, {k: "00" * 32 for k in entry}, {k: "no salt" for k in entry}):
        kept.write_text(json.dumps(lost))
        with pytest.raises(InputError, match="does not hold") as e:
            load_salt(home)
        assert "Nothing was imported" in e.value.safe and "backup" in e.value.todo
    with Store.open(home) as store, pytest.raises(InputError, match="does not hold"):
        rights.show(store, "c1")


def test_no_keyring_where_there_was_one(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shop(tmp_path / "shop")
    place.move(home, "keyring")
    for backend in (
        "keyring.backends.fail.Keyring",
        "keyring.backends.null.Keyring",
        "made_up_ring.PlaintextRing",
    ):
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
        with pytest.raises(InputError, match="no keyring answers"):
            load_salt(home)


def test_a_keyring_that_asks_a_question_is_not_waited_for(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shop(tmp_path / "shop")
    place.move(home, "keyring")
    monkeypatch.setenv("RING_SLEEP", "60")
    for name in ("HEADLESS_WAIT_S", "WAIT_S"):
        monkeypatch.setattr(ring, name, 1.0)
    begun = time.monotonic()
    with pytest.raises(InputError, match="did not answer"):
        load_salt(home)
    assert time.monotonic() - begun < 30


@pytest.mark.skipif(os.name == "nt", reason="no modes there")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_salt_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    home = shop(tmp_path / "shop")
    (home / SALT_PATH).chmod(mode)
    with pytest.raises(InputError, match="other users") as e:
        load_salt(home)
    command = e.value.todo.partition(": ")[2]
    assert command == f"chmod 600 '{home / SALT_PATH}'" and os.system(command) == 0
    assert len(load_salt(home)) == 32


def test_what_protects_nothing_is_no_keyring() -> None:
    from keyring.backends import chainer, fail, null

    assert not is_real(fail.Keyring()) and not is_real(null.Keyring())
    assert not is_real(chainer.ChainerBackend())
