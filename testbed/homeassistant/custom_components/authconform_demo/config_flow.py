"""The config flow: the core's OAuth flow, and the account that the token is of."""

from collections.abc import Mapping
import logging
from typing import Any

from aiohttp import ClientError

from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.helpers import config_entry_oauth2_flow
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import DOMAIN
from .providers import Provider, providers_of


class OAuth2FlowHandler(config_entry_oauth2_flow.AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Link an account of the demo thermostat."""

    DOMAIN = DOMAIN
    _provider = Provider()

    @property
    def logger(self) -> logging.Logger:
        """Return the logger. Nothing secret is written to it."""
        return logging.getLogger(__name__)

    @property
    def extra_authorize_data(self) -> dict[str, Any]:
        """Return what the integration adds to the authorize URL."""
        return {"scope": self._provider.scope} if self._provider.scope else {}

    async def async_step_auth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Find the provider of the chosen client before anybody is sent to it."""
        client_id = getattr(self.flow_impl, "client_id", "")
        self._provider = (await providers_of(self.hass)).get(client_id)
        return await super().async_step_auth(user_input)

    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Ask whose token it is, and make or renew the entry."""
        try:
            answer = await async_get_clientsession(self.hass).get(
                self._provider.api_url, headers={"Authorization": f"Bearer {data['token'].get('access_token')}"}
            )
            account = await answer.json() if answer.status == 200 else {}
        except (ClientError, TimeoutError, ValueError):
            account = {}
        if not isinstance(account, dict) or not account.get("id"):
            return self.async_abort(reason="cannot_connect")
        await self.async_set_unique_id(str(account["id"]))
        if self.source == SOURCE_REAUTH:
            self._abort_if_unique_id_mismatch(reason="wrong_account")
            return self.async_update_reload_and_abort(self._get_reauth_entry(), data=data)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title=str(account.get("name") or account["id"]), data=data)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin when the provider no longer takes the token."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask the person before sending them away again."""
        if user_input is None:
            return self.async_show_form(step_id="reauth_confirm")
        return await self.async_step_user()
