"""REST paths for authconform: set a provider, look at entries, use a token. Administrators only; no token in clear."""

import asyncio
from dataclasses import fields
import hashlib
from http import HTTPStatus
from typing import Any

from aiohttp import ClientResponseError, web

from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .providers import Provider, providers_of

MOST = 50
METHODS = ("client_secret_post", "client_secret_basic")


def register(hass: HomeAssistant) -> None:
    """Mount the paths."""
    for view in (Entries, ProviderPath, Use):
        hass.http.register_view(view())


class Admin(HomeAssistantView):
    """A path for administrators."""

    requires_auth = True

    def refused(self, request: web.Request) -> web.Response | None:
        """Return the refusal of anybody else."""
        if request[KEY_HASS_USER].is_admin:
            return None
        return self.json_message("Unauthorized", HTTPStatus.UNAUTHORIZED)

    async def read(self, request: web.Request) -> dict[str, Any]:
        """Return the body's object; ValueError says what is wrong."""
        body = await request.json()
        if not isinstance(body, dict):
            raise ValueError("an object is wanted")
        return body


class Entries(Admin):
    """The entries, with prints of their tokens."""

    url = f"/api/{DOMAIN}"
    name = f"api:{DOMAIN}"

    async def get(self, request: web.Request) -> web.Response:
        """List them."""
        if refusal := self.refused(request):
            return refusal
        entries = request.app[KEY_HASS].config_entries.async_entries(DOMAIN)
        return self.json({"version": 1, "domain": DOMAIN, "entries": [shown(e) for e in entries]})


class ProviderPath(Admin):
    """The providers."""

    url = f"/api/{DOMAIN}/providers"
    name = f"api:{DOMAIN}:providers"

    async def post(self, request: web.Request) -> web.Response:
        """Set one."""
        if refusal := self.refused(request):
            return refusal
        try:
            provider = read_provider(await self.read(request))
        except ValueError as err:
            return self.json_message(str(err), HTTPStatus.BAD_REQUEST)
        await (await providers_of(request.app[KEY_HASS])).set(provider)
        return self.json({})

    async def delete(self, request: web.Request) -> web.Response:
        """Forget one."""
        if refusal := self.refused(request):
            return refusal
        try:
            client_id = str((await self.read(request))["client_id"])
        except (KeyError, ValueError):
            return self.json_message("client_id is wanted", HTTPStatus.BAD_REQUEST)
        await (await providers_of(request.app[KEY_HASS])).drop(client_id)
        return self.json({})


class Use(Admin):
    """One entry's token, used so many times at once."""

    url = f"/api/{DOMAIN}/use"
    name = f"api:{DOMAIN}:use"

    async def post(self, request: web.Request) -> web.Response:
        """Use it."""
        if refusal := self.refused(request):
            return refusal
        try:
            body = await self.read(request)
            times = int(body.get("parallel", 1))
            if not 1 <= times <= MOST:
                raise ValueError
            entry_id = str(body["entry_id"])
        except (KeyError, TypeError, ValueError):
            return self.json_message(f"entry_id, and parallel from 1 to {MOST}, are wanted", HTTPStatus.BAD_REQUEST)
        hass = request.app[KEY_HASS]
        entry = hass.config_entries.async_get_entry(entry_id)
        if entry is None or entry.domain != DOMAIN:
            return self.json_message("Invalid entry specified", HTTPStatus.NOT_FOUND)
        return self.json({"results": await asyncio.gather(*(used(hass, entry) for _ in range(times)))})


async def used(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Return what became of one use."""
    from . import use  # noqa: PLC0415  # the package imports this module

    try:
        return {"status": await use(hass, entry)}
    except ClientResponseError as err:
        return {"error": type(err).__name__, "status": err.status}
    except Exception as err:  # noqa: BLE001  # what the core raises is what is looked at
        return {"error": type(err).__name__}


def read_provider(body: dict[str, Any]) -> Provider:
    """Return the provider that a body describes; ValueError names the member that is wrong."""
    known = {f.name: f.type for f in fields(Provider)}
    for name, value in body.items():
        if name not in known:
            raise ValueError(f"unknown member {name}")
        if not isinstance(value, bool if known[name] in (bool, "bool") else str):
            raise ValueError(f"{name} has the wrong type")
    if "client_id" not in body:
        raise ValueError("client_id is wanted")
    if body.get("auth_method", METHODS[0]) not in METHODS:
        raise ValueError(f"auth_method is one of {', '.join(METHODS)}")
    return Provider(**body)


def shown(entry: ConfigEntry) -> dict[str, Any]:
    """Return an entry without its secrets."""
    token = entry.data.get("token") or {}
    return {
        "entry_id": entry.entry_id,
        "state": entry.state.value,
        "reason": entry.reason,
        "title": entry.title,
        "unique_id": entry.unique_id,
        "auth_implementation": entry.data.get("auth_implementation"),
        "token": {
            "access": printed(token.get("access_token")),
            "refresh": printed(token.get("refresh_token")),
            "expires_at": token.get("expires_at"),
            "expires_in": token.get("expires_in"),
            "members": sorted(token),
            "scope": token.get("scope"),
            "service": token.get("service"),
        },
    }


def printed(token: Any) -> str | None:
    """Return a token's print: enough to tell two apart, and no way back."""
    if not isinstance(token, str):
        return None
    return hashlib.sha256(token.encode()).hexdigest()[:16]
