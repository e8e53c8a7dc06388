"""The demo thermostat: an account of a third party, linked by OAuth, whose token authconform uses on demand."""

from aiohttp import ClientError, ClientResponseError

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers import config_entry_oauth2_flow, config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.typing import ConfigType

from .api import register
from .const import DOMAIN
from .providers import Provider, providers_of

CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)

TOO_MANY_REQUESTS = 429


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Show the REST paths, which need no entry."""
    await providers_of(hass)
    register(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Load an entry: its token must work."""
    sessions(hass).pop(entry.entry_id, None)
    provider = await provider_of(hass, entry)
    if not provider.handles_errors:
        await use(hass, entry)
        return True
    try:
        status = await use(hass, entry)
    except ClientResponseError as err:
        if 400 <= err.status < 500 and err.status != TOO_MANY_REQUESTS:
            raise ConfigEntryAuthFailed("the provider refuses the token") from err
        raise ConfigEntryNotReady("the provider gives no token") from err
    except (ClientError, TimeoutError, ValueError) as err:
        raise ConfigEntryNotReady("the provider gives no token") from err
    if status == 401:
        raise ConfigEntryAuthFailed("the API refuses the token")
    if status != 200:
        raise ConfigEntryNotReady("the API does not answer")
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Nothing is left running."""
    return True


def sessions(hass: HomeAssistant) -> dict[str, config_entry_oauth2_flow.OAuth2Session]:
    """Return the session of each entry: one for all that use it, because the core locks a refresh by session."""
    return hass.data.setdefault(f"{DOMAIN}_sessions", {})


async def provider_of(hass: HomeAssistant, entry: ConfigEntry) -> Provider:
    """Return the provider of an entry's client."""
    implementation = await config_entry_oauth2_flow.async_get_config_entry_implementation(hass, entry)
    return (await providers_of(hass)).get(getattr(implementation, "client_id", ""))


async def use(hass: HomeAssistant, entry: ConfigEntry) -> int:
    """Use the entry's token once, as every integration does: refresh if it must be, then ask the API."""
    session = sessions(hass).get(entry.entry_id)
    if session is None:
        implementation = await config_entry_oauth2_flow.async_get_config_entry_implementation(hass, entry)
        session = config_entry_oauth2_flow.OAuth2Session(hass, entry, implementation)
        session = sessions(hass).setdefault(entry.entry_id, session)
    await session.async_ensure_token_valid()
    provider = await provider_of(hass, entry)
    answer = await async_get_clientsession(hass).get(
        provider.api_url, headers={"Authorization": f"Bearer {session.token.get('access_token')}"}
    )
    answer.release()
    return answer.status
