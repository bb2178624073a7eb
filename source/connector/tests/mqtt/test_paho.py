"""The private names of paho that the client stands on are there."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

import connector.mqtt

ATTRIBUTES = {
    "_clean_session",
    "_host",
    "_out_packet",
    "_port",
    "_protocol",
    "_sock",
    "_sockpairR",
    "_sockpairW",
    "_thread",
    "_thread_terminate",
}
METHODS = {
    "_create_socket": [],
    "_handle_on_message": ["message"],
    "_loop": ["timeout"],
    "_loop_rc_handle": ["rc"],
    "_packet_queue": ["command", "packet", "mid", "qos", "info"],
    "_reconnect_wait": [],
    "_reset_sockets": ["sockpair_only"],
    "_send_connect": ["keepalive"],
    "_sock_close": [],
}
OTHERS = {"_topic", "_set_as_published"}
"""Of a message, and what paho calls on a packet's info."""


@pytest.fixture(scope="module")
def client() -> paho.Client:
    return paho.Client(CallbackAPIVersion.VERSION2)


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_the_attribute_exists(client: paho.Client, name: str) -> None:
    assert hasattr(client, name)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_method_takes_what_we_give(name: str) -> None:
    parameters = list(inspect.signature(getattr(paho.Client, name)).parameters)
    assert parameters == ["self", *METHODS[name]]


def test_messages_and_infos_have_what_we_use() -> None:
    assert "_topic" in paho.MQTTMessage.__slots__
    assert callable(paho.MQTTMessageInfo._set_as_published)


def test_a_packet_that_waits_has_the_keys_that_we_write(client: paho.Client) -> None:
    client._packet_queue(0xC0, b"\xc0\x00", 0, 0)
    keys = {"command", "mid", "qos", "pos", "to_process", "packet", "info"}
    assert client._out_packet[0].keys() == keys


def test_nothing_else_that_is_private_to_paho_is_used(client: paho.Client) -> None:
    ours = set()
    for path in Path(connector.mqtt.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                ours.add(node.attr)
            elif isinstance(node, ast.FunctionDef):
                ours.add(node.name)
    private = {name for name in ours if name[0] == "_" and not name.startswith("__")}
    of_paho = {name for name in private if hasattr(client, name)}
    assert of_paho == ATTRIBUTES | set(METHODS)
    assert OTHERS <= private


def test_none_of_our_own_names_hides_one_of_paho() -> None:
    """Beside those that are overridden on purpose (above)."""
    paho_own = set(vars(paho.Client(CallbackAPIVersion.VERSION2)))
    ours = set(vars(connector.mqtt.Client())) - paho_own
    assert not {name for name in ours if hasattr(paho.Client, name)}
