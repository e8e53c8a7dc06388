"""An MCP endpoint whose authorization server is Keycloak, as FastMCP's documents set it up."""

import os

from fastmcp import FastMCP
from fastmcp.server.auth.providers.keycloak import KeycloakAuthProvider

port = int(os.environ["MCP_PORT"])
realm = f"http://127.0.0.1:{os.environ['PORT']}/realms/house"
mcp = FastMCP("authconform", auth=KeycloakAuthProvider(realm_url=realm, base_url=f"http://127.0.0.1:{port}"))


@mcp.tool
def greet(name: str) -> str:
    """Says hello."""
    return f"Hello, {name}"


mcp.run(transport="http", host="127.0.0.1", port=port, show_banner=False)
