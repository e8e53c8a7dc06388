"""Third parties, set at run time: where a client id's provider is.

An ordinary integration has its provider's addresses written into it. This one is told them over REST, per client id, so
that a test can play the provider. What is kept survives a restart; it holds no secret.
"""

from dataclasses import asdict, dataclass
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN, STORE_KEY, STORE_VERSION


@dataclass
class Provider:
    """A third party as one client of it sees it."""

    client_id: str = ""
    authorize_url: str = ""
    token_url: str = ""
    api_url: str = ""
    scope: str = ""
    pkce: bool = False
    auth_method: str = "client_secret_post"
    handles_errors: bool = True


class Providers:
    """Every provider, by client id; the client id "" is everybody's whose own is not set."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Read nothing yet."""
        self._store: Store[dict[str, Any]] = Store(hass, STORE_VERSION, STORE_KEY)
        self._by_client: dict[str, Provider] = {}

    async def load(self) -> None:
        """Read what was kept."""
        for entry in (await self._store.async_load() or {}).get("providers", []):
            provider = Provider(**entry)
            self._by_client[provider.client_id] = provider

    def get(self, client_id: str) -> Provider:
        """Return the provider of a client id."""
        return self._by_client.get(client_id) or self._by_client.get("") or Provider()

    async def set(self, provider: Provider) -> None:
        """Replace one."""
        self._by_client[provider.client_id] = provider
        await self._save()

    async def drop(self, client_id: str) -> None:
        """Forget one."""
        self._by_client.pop(client_id, None)
        await self._save()

    async def _save(self) -> None:
        await self._store.async_save({"providers": [asdict(p) for p in self._by_client.values()]})


async def providers_of(hass: HomeAssistant) -> Providers:
    """Return the home's providers, read once."""
    if DOMAIN not in hass.data:
        hass.data[DOMAIN] = Providers(hass)
        await hass.data[DOMAIN].load()
    return hass.data[DOMAIN]
