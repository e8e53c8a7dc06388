"""What the core asks an integration that takes application credentials."""

from homeassistant.components.application_credentials import AuthImplementation, AuthorizationServer, ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_entry_oauth2_flow

from .providers import Provider, providers_of


class Plain(AuthImplementation):
    """The ordinary implementation, with a name of its own only for the reader of a traceback."""


if hasattr(config_entry_oauth2_flow, "LocalOAuth2ImplementationWithPkce"):

    class WithPkce(config_entry_oauth2_flow.LocalOAuth2ImplementationWithPkce):
        """The variant with PKCE. It bears the credential's name, as the ordinary one does."""

        def __init__(self, hass: HomeAssistant, auth_domain: str, credential: ClientCredential, provider: Provider) -> None:
            """Make the variant for a credential."""
            super().__init__(
                hass, auth_domain, credential.client_id, provider.authorize_url, provider.token_url, credential.client_secret
            )
            self._name = credential.name

        @property
        def name(self) -> str:
            """Return the name that the person chooses by."""
            return self._name or self.client_id

else:
    WithPkce = None


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> config_entry_oauth2_flow.AbstractOAuth2Implementation:
    """Return the implementation of a credential, for the provider that was set for its client id."""
    provider = (await providers_of(hass)).get(credential.client_id)
    if provider.pkce and WithPkce is not None:
        return WithPkce(hass, auth_domain, credential, provider)
    server = AuthorizationServer(authorize_url=provider.authorize_url, token_url=provider.token_url)
    implementation = Plain(hass, auth_domain, credential, server)
    if provider.auth_method == "client_secret_basic" and hasattr(implementation, "token_auth_method"):
        implementation.token_auth_method = "client_secret_basic"
    return implementation
