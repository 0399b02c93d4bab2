import stat

import pytest

from common.errors import InputError
from common.keys import Identity, PublicIdentity


def test_sign_and_verify(tmp_path):
    identity = Identity.load_or_create(tmp_path / "keys" / "identity.pem")
    again = Identity.load_or_create(tmp_path / "keys" / "identity.pem")
    assert identity.public == again.public
    signature = identity.sign(b"x")
    assert identity.public.verify(b"x", signature)
    assert not identity.public.verify(b"y", signature)
    assert not identity.public.verify(b"x", "zz")
    mode = (tmp_path / "keys" / "identity.pem").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_key_file_is_never_replaced(tmp_path):
    path = tmp_path / "k.pem"
    Identity.generate().save(path)
    with pytest.raises(FileExistsError):
        Identity.generate().save(path)


@pytest.mark.parametrize("bad", ["", "zz", "00" * 31])
def test_a_wrong_public_key_is_said_so(bad):
    with pytest.raises(InputError):
        PublicIdentity.from_hex(bad)


def test_a_broken_file_is_said_so(tmp_path):
    path = tmp_path / "k.pem"
    path.write_text("no key")
    with pytest.raises(InputError) as e:
        Identity.load(path)
    assert e.value.safe and e.value.todo
