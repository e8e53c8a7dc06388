"""FastMCP as its documents set up an in-memory provider for tests: clients register themselves, and codes come without a login."""

import asyncio
import os

from fastmcp import FastMCP
from fastmcp.server.auth.auth import ClientRegistrationOptions, RevocationOptions
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
from mcp.shared.auth import OAuthClientInformationFull

env = os.environ
port = int(env["PORT"])
scopes = env["AUTHCONFORM_SCOPE"].split()
provider = InMemoryOAuthProvider(
    base_url=f"http://127.0.0.1:{port}",
    client_registration_options=ClientRegistrationOptions(enabled=True, valid_scopes=scopes, default_scopes=scopes),
    revocation_options=RevocationOptions(enabled=True),
    required_scopes=scopes,
)
mcp = FastMCP("authconform", auth=provider)


@mcp.tool
def greet(name: str) -> str:
    """Says hello."""
    return f"Hello, {name}"


async def main() -> None:
    await provider.register_client(
        OAuthClientInformationFull(
            client_id=env["AUTHCONFORM_OTHER_CLIENT_ID"],
            client_secret=env["AUTHCONFORM_OTHER_CLIENT_SECRET"],
            token_endpoint_auth_method="client_secret_post",
            redirect_uris=[env["AUTHCONFORM_REDIRECT_URI"]],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            scope=" ".join(scopes),
        )
    )
    await mcp.run_async(transport="http", host="127.0.0.1", port=port, show_banner=False)


asyncio.run(main())
