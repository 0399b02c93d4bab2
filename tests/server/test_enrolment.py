"""Kits, requests and the coordinator's folder: what is wrong is said, and nothing is half done."""

import json
import socket
import ssl
import threading

import pytest

from client import enrol as joining
from client.shop import make_shop
from common.errors import CoordinatorUnreachable, EnrolmentError, InputError, PortInUse
from common.keys import Identity
from common.kit import EnrolmentRequest, SiteKit
from server import enrolment
from server.folder import Config, Folder, free_port
from server.registry import Registry
from server.rows import Merchant, now


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "coordinator")
    config = Config("Test league", "127.0.0.1", free_port(), free_port(), "127.0.0.1")
    enrolment.found_league(made, config)
    return made


@pytest.fixture
def shop(tmp_path):
    home = tmp_path / "shop"
    make_shop(home, "Tea & Co", "en", {})
    return home


def test_secrets_are_only_the_owners(folder):
    for name in ("identity.pem", "ca.key", "server.key", "runtime-secret"):
        assert (folder.home / "keys" / name).stat().st_mode & 0o077 == 0


def test_a_folder_is_not_made_twice(folder):
    with pytest.raises(InputError):
        enrolment.found_league(folder, folder.config())


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(InputError) as e:
        Folder(tmp_path).config()
    assert "hansa-server init" in e.value.todo


def test_the_certificate_is_good_for_the_host_and_this_machine(folder):
    context = ssl.create_default_context(cafile=str(folder.ca))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder.certificate, folder.certificate_key)
    for name in ("127.0.0.1", "localhost"):
        here, there = socket.socketpair()
        thread = threading.Thread(
            target=lambda s=there: server.wrap_socket(s, server_side=True).close()
        )
        thread.start()
        with context.wrap_socket(here, server_hostname=name) as tls:
            assert tls.version() in ("TLSv1.2", "TLSv1.3")
        thread.join(5)


def test_a_kit_holds_no_secret_and_survives(folder):
    kit = enrolment.make_kit(folder)
    assert SiteKit.from_json(kit.to_json()) == kit
    assert "PRIVATE" not in kit.to_json()
    assert kit.coordinator == folder.identity().public


@pytest.mark.parametrize(
    "change", ["address", "ca_pem", "coordinator_key", "code_digest", "drop", "more", "text"]
)
def test_a_changed_kit_is_refused(folder, change):
    raw = json.loads(enrolment.make_kit(folder).to_json())
    if change == "drop":
        del raw["league"]
    elif change == "more":
        raw["extra"] = "x"
    elif change == "coordinator_key":
        raw[change] = Identity.generate().public.hex
    elif change != "text":
        raw[change] += "x"
    text = "no json" if change == "text" else json.dumps(raw)
    with pytest.raises(EnrolmentError) as e:
        SiteKit.from_json(text, "kit.json")
    assert e.value.where == "kit.json" and e.value.exit_code == 5


def test_joining_makes_a_signed_request_and_keeps_the_keys(folder, shop):
    kit = enrolment.make_kit(folder)
    first = joining.join(shop, kit, "Tea & Co")
    assert EnrolmentRequest.from_json(first.to_json()) == first
    assert first.merchant == Identity.load(shop / "keys" / "identity.pem").public
    assert joining.join(shop, kit, "Tea & Co").node_key_pem == first.node_key_pem
    other = joining.join(shop, kit, "Tea & Co", new_key=True)
    assert other.node_key_pem != first.node_key_pem
    assert (shop / "keys" / "node").stat().st_mode & 0o077 == 0
    assert joining.load_membership(shop).coordinator == kit.coordinator


def test_one_shop_is_in_one_league(folder, shop, tmp_path):
    joining.join(shop, enrolment.make_kit(folder), "Tea")
    second = Folder(tmp_path / "second")
    enrolment.found_league(second, Config("Other", "localhost", 1, 2, "127.0.0.1"))
    with pytest.raises(EnrolmentError) as e:
        joining.join(shop, enrolment.make_kit(second), "Tea")
    assert "Test league" in e.value.what


def test_a_request_that_was_changed_is_refused(folder, shop, tmp_path):
    request = joining.join(shop, enrolment.make_kit(folder), "Tea")
    raw = json.loads(request.to_json()) | {"name": "Somebody else"}
    path = tmp_path / "request.json"
    path.write_text(json.dumps(raw))
    with pytest.raises(EnrolmentError):
        enrolment.enrol(folder, path)


def test_a_request_for_another_coordinator_is_refused(folder, shop, tmp_path):
    second = Folder(tmp_path / "second")
    enrolment.found_league(second, Config("Other", "localhost", 1, 2, "127.0.0.1"))
    path = tmp_path / "request.json"
    path.write_text(joining.join(shop, enrolment.make_kit(folder), "Tea").to_json())
    with pytest.raises(EnrolmentError) as e:
        enrolment.enrol(second, path)
    assert "another coordinator" in e.value.what


def test_enrolling_while_nobody_serves_says_so(folder, shop, tmp_path):
    path = tmp_path / "request.json"
    path.write_text(joining.join(shop, enrolment.make_kit(folder), "Tea").to_json())
    with pytest.raises(CoordinatorUnreachable) as e:
        enrolment.enrol(folder, path)
    assert "hansa-server serve" in e.value.todo


def test_a_shop_in_no_league_is_told_how_to_join(shop):
    with pytest.raises(EnrolmentError) as e:
        joining.load_membership(shop)
    assert "hansa join" in e.value.todo


@pytest.mark.parametrize("name", ["port", "control_port"])
def test_a_port_in_use_names_the_port_and_what_to_do(folder, name):
    from server.coordinator import Coordinator

    port = getattr(folder.config(), name)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(PortInUse) as e:
            Coordinator(folder).start()
    assert str(port) in e.value.what and f"'{name}'" in e.value.todo
    assert str(folder.config_path) in e.value.todo


def test_a_name_goes_on_under_another_key_once_the_old_one_is_locked_out(folder, shop, tmp_path):
    """A shop that lost its key; the book keeps both, and an auditor sees it."""
    kit = enrolment.make_kit(folder)
    registry = Registry.of(folder)
    first = joining.join(shop, kit, "Tea")
    pem = first.node_key_pem
    old = Merchant(first.merchant.fingerprint, "Tea", first.merchant_key, pem, 5, now())
    registry.add_merchant(old)
    home = tmp_path / "again"
    make_shop(home, "Tea", "en", {})
    request = joining.join(home, kit, "Tea")
    known = {old.fingerprint: old}
    with pytest.raises(EnrolmentError) as e:
        enrolment._check_known(known, request, "")
    assert "hansa-server ban" in e.value.todo
    registry.set_ban(old.fingerprint, "lost its key")
    known = {m.fingerprint: m for m in registry.merchants()}
    enrolment._check_known(known, request, "")
    new = Merchant(
        request.merchant.fingerprint, "Tea", request.merchant_key, request.node_key_pem, 6, now()
    )
    registry.add_merchant(new)
    assert registry.merchant("Tea").fingerprint == new.fingerprint
    with pytest.raises(EnrolmentError) as e:
        enrolment.unban(folder, old.fingerprint)
    assert e.value.safe == "The ban holds."


def test_the_list_of_merchants_is_shown_and_written(folder, tmp_path):
    from click.testing import CliRunner

    from common.secagg.roster import Roster
    from server.commands.league import roster

    command, out = ["--home", str(folder.home), "--json"], tmp_path / "roster.json"
    empty = CliRunner().invoke(roster, command)
    assert isinstance(empty.exception, InputError)
    with_key = Registry.of(folder)
    keys = [Identity.generate() for _ in range(3)]
    for i, key in enumerate(keys):
        public = key.public
        with_key.add_merchant(Merchant(public.fingerprint, f"s{i}", public.hex, f"k{i}", i, now()))
    with_key.set_ban(keys[2].public.fingerprint, "left")
    with_key.close()
    done = CliRunner().invoke(roster, [*command, "--out", str(out)], catch_exceptions=False)
    told = json.loads(done.stdout)
    made = Roster.from_dict(json.loads(out.read_bytes()))
    assert told["digest"] == made.digest() == Roster.of(k.public for k in keys[:2]).digest()
    assert [m["name"] for m in told["merchants"]] == ["s0", "s1"]
