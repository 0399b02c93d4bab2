"""A real SuperLink in this process: what each listener lets through, who may come in."""

import http.client
import json
import ssl

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from client import enrol as joining
from client.shop import make_shop
from common.errors import EnrolmentError
from common.flower.calls import LinkDown, LinkRefused
from common.flower.control import Control
from common.flower.fleet import Fleet
from server import enrolment
from server.coordinator import MAX_REQUEST_BYTES, Coordinator
from server.folder import Config, Folder, free_port


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = Folder(tmp_path_factory.mktemp("coordinator"))
    config = Config("Test league", "127.0.0.1", free_port(), free_port(), "127.0.0.1")
    enrolment.found_league(made, config)
    coordinator = Coordinator(made)
    coordinator.start()
    yield made
    coordinator.stop()


def a_shop(folder, tmp_path, name):
    home = tmp_path / name
    make_shop(home, name, "en", {})
    request = joining.join(home, enrolment.make_kit(folder), name)
    path = tmp_path / f"{name}.json"
    path.write_text(request.to_json())
    return home, path


def fleet(folder, home):
    membership = joining.load_membership(home)
    return Fleet(
        membership.kit.address,
        membership.kit.ca_pem.encode(),
        membership.node_key,
        joining.load_node_id(home),
    )


@pytest.mark.parametrize(
    "path",
    [
        "/v1/control/start-run", "/v1/control/list-nodes", "/v1/control/register-node",
        "/v1/runtime/acquire-task", "/v1/runtime/pull-messages", "/docs", "/openapi.json", "/",
        "/v1/fleet/../control/list-nodes", "/v1/fleet/%2e%2e/control/list-nodes", "//v1/control/",
        "/V1/control/list-nodes", "/v1/fleetx",
    ],
)  # fmt: skip
def test_only_the_nodes_calls_are_public(folder, path):
    base = f"https://{folder.config().public_address}"
    with httpx.Client(verify=str(folder.ca)) as client:
        for method in ("GET", "POST"):
            request = client.build_request(method, base)
            request.url = request.url.copy_with(raw_path=path.encode())
            answer = client.send(request)
            assert answer.status_code in (404, 405), (method, path)
            assert b"node" not in answer.content


def test_health_and_the_size_limit(folder):
    base = f"https://{folder.config().public_address}"
    with httpx.Client(verify=str(folder.ca)) as client:
        assert client.get(f"{base}/health").status_code == 200

    context = ssl.create_default_context(cafile=str(folder.ca))
    wire = http.client.HTTPSConnection(folder.config().public_address, context=context)
    wire.putrequest("POST", "/v1/fleet/pull-messages")
    wire.putheader("content-length", str(MAX_REQUEST_BYTES + 1))
    wire.endheaders()
    assert wire.getresponse().status == 413
    wire.close()


def test_a_stranger_is_refused(folder):
    kit = enrolment.make_kit(folder)
    link = Fleet(kit.address, kit.ca_pem.encode(), ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(LinkRefused):
        link.activate()
    link.close()


def test_somebody_elses_certificate_is_refused(folder, tmp_path):
    other = Folder(tmp_path / "other")
    enrolment.found_league(other, Config("Other", "127.0.0.1", 1, 2, "127.0.0.1"))
    link = Fleet(
        folder.config().public_address,
        other.ca.read_bytes(),
        ec.generate_private_key(ec.SECP384R1()),
    )
    with pytest.raises(LinkDown, match="wrong certificate"):
        link.activate()
    link.close()


def test_enrol_crash_ban_and_come_back(folder, tmp_path):
    home, request = a_shop(folder, tmp_path, "tea")
    merchant = enrolment.enrol(folder, request)
    assert enrolment.enrol(folder, request).node_id == merchant.node_id  # the same again: no harm
    link = fleet(folder, home)
    joining.save_node_id(home, link.activate())
    control = Control(folder.config().control_address)
    assert control.nodes()[merchant.node_id] == "online"
    # killed without signing off: the next start does not wait for the old session to time out
    link.close()
    again = fleet(folder, home)
    assert again.activate() == merchant.node_id
    assert again.heartbeat() and again.receive() is None

    enrolment.ban(folder, "tea", "tests")
    with pytest.raises(LinkRefused) as e:
        again.receive()
    assert e.value.status == 401
    with pytest.raises(LinkRefused):
        again.activate()
    again.close()
    with pytest.raises(EnrolmentError) as banned:
        enrolment.enrol(folder, request)
    assert "unban" in banned.value.todo
    enrolment.unban(folder, "tea")
    with pytest.raises(EnrolmentError) as old_key:
        enrolment.enrol(folder, request)
    assert "--new-key" in old_key.value.todo
    fresh = joining.join(home, enrolment.make_kit(folder), "tea", new_key=True)
    request.write_text(fresh.to_json())
    assert enrolment.enrol(folder, request).node_id != merchant.node_id
    back = fleet(folder, home)
    back.activate()
    back.deactivate()
    back.close()
    control.close()


def test_two_merchants_may_not_have_one_name(folder, tmp_path):
    _, first = a_shop(folder, tmp_path, "twin")
    enrolment.enrol(folder, first)
    (tmp_path / "b").mkdir()
    _, second = a_shop(folder, tmp_path / "b", "twin")
    with pytest.raises(EnrolmentError):
        enrolment.enrol(folder, second)
    assert enrolment.enrol(folder, second, name="twin 2").name == "twin 2"


def test_the_runtime_needs_the_secret(folder):
    from common.flower.superlink import RunTask

    address = folder.config().control_address
    assert RunTask.acquire(address, folder.secret()) is None
    with pytest.raises(LinkRefused) as e:
        RunTask.acquire(address, b"x" * 32)
    assert e.value.status == 401


def test_nobody_serving_is_link_down():
    control = Control(f"127.0.0.1:{free_port()}")
    with pytest.raises(LinkDown):
        control.nodes()
    control.close()


def test_cli_merchants(folder):
    from click.testing import CliRunner

    from server.cli import hansa_server

    out = CliRunner().invoke(hansa_server, ["merchants", "--home", str(folder.home), "--json"])
    assert out.exit_code == 0
    assert isinstance(json.loads(out.output)["merchants"], list)
