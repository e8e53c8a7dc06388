"""What four libraries of the Python package index see of a home: states, a light that is switched, registries, services."""

import asyncio
import os
import subprocess
import sys

from hass_client import HomeAssistantClient
from hassapi import Hass
from homeassistant_api import Client

URL, TOKEN = os.environ["HOME_URL"], os.environ["HOME_TOKEN"]
LIGHT = "light.kitchen"


async def by_websocket():
    changes = asyncio.Queue()
    socket = URL.replace("http", "ws", 1) + "/api/websocket"
    async with HomeAssistantClient(socket, TOKEN) as home:
        await home.call_service("light", "turn_off", target={"entity_id": LIGHT})
        await home.subscribe_entities(changes.put_nowait, [LIGHT])
        assert LIGHT in (await asyncio.wait_for(changes.get(), 10))["a"]
        await home.call_service("light", "turn_on", target={"entity_id": [LIGHT]})
        assert (await asyncio.wait_for(changes.get(), 10))["c"][LIGHT]["+"]["s"] == "on"
        for registry in (home.get_area_registry, home.get_device_registry, home.get_entity_registry):
            assert isinstance(await registry(), list)


def by_rest():
    with Client(URL + "/api", TOKEN) as home:
        home.get_domain("light").turn_on(entity_id=LIGHT)
        assert home.get_entity(entity_id=LIGHT).get_state().state == "on"
        assert "light" in home.get_components() and home.get_config()["version"]
        assert "fired" in home.fire_event("authconform_test", a=1)
    home = Hass(hassurl=URL, token=TOKEN)
    home.turn_off(LIGHT)
    assert home.get_state(LIGHT).state == "off" and len(home.get_states()) > 1


def by_command_line():
    environment = dict(os.environ, HASS_SERVER=URL, HASS_TOKEN=TOKEN)
    program = os.path.join(os.path.dirname(sys.executable), "hass-cli")
    for arguments, want in (
        (["state", "list"], LIGHT),
        (["service", "call", "light.turn_on", "--arguments", "entity_id=" + LIGHT], "state: on"),
        (["area", "list"], "Kitchen"),
    ):
        said = subprocess.run([program, *arguments], env=environment, check=True, capture_output=True, text=True).stdout
        assert want in said, said


asyncio.run(by_websocket())
print("ok      hass-client")
by_rest()
print("ok      HomeAssistant-API\nok      hassapi")
by_command_line()
print("ok      homeassistant-cli")
