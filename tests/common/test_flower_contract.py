"""The contract with Flower 1.41: what `common.flower` takes from flwr's inside is still there.

When Flower is upgraded this file fails first and says what moved. Repair `common/flower/`,
change FLOWER_VERSION and the table below; nothing else imports flwr's inside.
"""

import importlib
import importlib.metadata
import inspect

import pytest

from common.flower import FLOWER_VERSION

#: module -> name -> parameters that we pass (None: only the name matters).
CONTRACT = {
    "flwr.app.message": {
        "make_message": ("metadata", "content", "error"),
        "remove_content_from_message": ("message",),
    },
    "flwr.common.constant": {
        "HEARTBEAT_MIN_INTERVAL": None,
        "HEARTBEAT_PATIENCE": None,
        "SUPERLINK_NODE_ID": None,
        "ErrorCode": None,
        "SubStatus": None,
    },
    "flwr.common.serde": {
        "context_from_proto": None,
        "fab_to_proto": None,
        "message_from_proto": ("message_proto",),
        "message_to_proto": ("message",),
        "run_from_proto": None,
    },
    "flwr.supercore.constant": {"TaskType": None},
    "flwr.supercore.error": {"FlowerError": None},
    "flwr.supercore.fab": {"Fab": ("hash_str", "content", "verifications")},
    "flwr.supercore.inflatable.inflatable_object": {
        "get_all_nested_objects": ("obj",),
        "get_object_tree": ("obj",),
        "iterate_object_tree": ("tree",),
        "no_object_id_recompute": (),
    },
    "flwr.supercore.inflatable.inflatable_protobuf_utils": {
        "make_pull_object_fn_protobuf": ("pull_object_protobuf", "node", "run_id"),
        "make_push_object_fn_protobuf": ("push_object_protobuf", "node", "run_id", "session_id"),
    },
    "flwr.supercore.inflatable.inflatable_utils": {
        "inflate_object_from_contents": ("object_id", "object_contents"),
        "pull_objects": ("object_ids", "pull_object_fn"),
        "push_objects": ("objects", "push_object_fn", "object_ids_to_push"),
    },
    "flwr.supercore.interceptors": {
        "RuntimeVersionHttpInterceptor": ("component_name",),
        "SuperExecAuthHttpInterceptor": ("master_secret", "protected_methods"),
    },
    "flwr.supercore.primitives.asymmetric": {"public_key_to_bytes": ("public_key",)},
    "flwr.supercore.retry": {
        "RetryInvoker": ("wait_gen_factory", "recoverable_exceptions", "max_tries", "max_time"),
        "exponential": ("base_delay", "multiplier", "max_delay"),
    },
    "flwr.supercore.runtime": {"RuntimeHttpClient": None},
    "flwr.supercore.task_identity": {"TaskIdentity": None},
    "flwr.supercore.control.control_http_client": {"ControlHttpClient": None},
    "flwr.superlink.cli.flower_superlink": {"SuperLinkLifespan": ("config", "state_factory")},
    "flwr.superlink.config_loader": {
        "SuperLinkLifespanConfig": (
            "control_address",
            "host",
            "port",
            "superexec_auth_secret",
            "enable_supernode_auth",
            "database",
            "isolation",
            "runtime_dependency_install",
        ),
        "load_control_authn_plugin": (),
    },
    "flwr.superlink.servicer.fleet.fleet_handlers": {
        "push_messages": ("request", "state"),
        "pull_messages": ("request", "state", "store"),
    },
    "flwr.superlink.grid": {"HttpGrid": ("runtime_api_address", "insecure", "token")},
    "flwr.superlink.main": {"create_app": ("config", "superlink_lifespan_class")},
    "flwr.supernode.fleet_http_client": {"FleetHttpClient": None},
    "flwr.supernode.node_auth_http_interceptor": {
        "NodeAuthHttpInterceptor": ("private_key", "public_key")
    },
}

#: class -> methods that we call on it.
METHODS = {
    ("flwr.supernode.fleet_http_client", "FleetHttpClient"): (
        "from_server_address ActivateNode DeactivateNode SendNodeHeartbeat PullMessages "
        "PushMessages GetRun GetFab PushObject PullObject ConfirmMessageReceived close"
    ),
    ("flwr.supercore.control.control_http_client", "ControlHttpClient"): (
        "from_server_address RegisterNode UnregisterNode ListNodes StartRun StopRun close"
    ),
    ("flwr.supercore.runtime", "RuntimeHttpClient"): (
        "from_server_address AcquireTask PullTaskInput PushTaskOutput SendTaskHeartbeat "
        "PullMessages PullObject ConfirmMessageReceived close"
    ),
    ("flwr.superlink.grid", "HttpGrid"): (
        "set_run push_messages get_node_ids close _runtime_client _try_push_messages"
    ),
    ("flwr.supercore.corestate", "CoreState"): "store_object get_object object_store",
}


def plainly(what):
    return f"Flower changed: {what}. Repair common/flower/ (see the head of this test)."


def test_the_version_is_the_one_we_know():
    found = importlib.metadata.version("flwr")
    assert found.startswith(FLOWER_VERSION + "."), plainly(f"version {found}")


@pytest.mark.parametrize("module", CONTRACT)
def test_names_and_parameters(module):
    try:
        loaded = importlib.import_module(module)
    except ImportError as e:
        pytest.fail(plainly(f"module {module} is gone ({e})"))
    for name, wanted in CONTRACT[module].items():
        assert hasattr(loaded, name), plainly(f"{module}.{name} is gone")
        if wanted is not None:
            have = inspect.signature(getattr(loaded, name)).parameters
            missing = [p for p in wanted if p not in have]
            assert not missing, plainly(f"{module}.{name} no longer takes {missing}")


@pytest.mark.parametrize("key", METHODS, ids=lambda k: k[1])
def test_methods(key):
    cls = getattr(importlib.import_module(key[0]), key[1])
    missing = [m for m in METHODS[key].split() if not hasattr(cls, m)]
    assert not missing, plainly(f"{key[1]} lost {missing}")


def test_the_constants_mean_what_we_promise():
    from common.flower import fleet

    assert fleet.HEARTBEAT_S == 10 and fleet.GONE_AFTER_S == 20, plainly("heartbeats")
    assert fleet.INVALID_FAB != fleet.APP_RAISED


def test_telemetry_and_update_checks_are_off():
    import os

    from flwr.supercore import telemetry

    assert telemetry.FLWR_TELEMETRY_ENABLED == "0"
    assert os.environ["FLWR_DISABLE_UPDATE_CHECK"] == "1"
    assert os.environ["FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION"] == "1"


def test_flower_reads_our_bundle_of_code():
    from flwr.common.config import get_fab_config, get_metadata_from_config

    from common.program import bundle_of_code

    config = get_fab_config(bundle_of_code())
    assert get_metadata_from_config(config)[0] == "hansa/hansa"
    parts = config["tool"]["flwr"]["app"]["components"]
    assert parts == {"serverapp": "server.app:app", "clientapp": "client.app:app"}
