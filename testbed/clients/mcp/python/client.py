"""The Python SDK, 1.x or 2.x, logs in to a home and lists its tools."""

import asyncio
import json
import os
import sys

from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata

try:  # 2.x
    import httpx2 as httpx
    from mcp.client.auth import AuthorizationCodeResult
except ImportError:
    import httpx

    AuthorizationCodeResult = None

URL, REDIRECT = os.environ["MCP_URL"], os.environ["REDIRECT"]


class Kept:
    """What an application keeps: tokens, and who it is."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def login():
    back = {}

    async def redirected(url):
        person = await asyncio.create_subprocess_exec("python3", os.environ["PERSON"], url, stdout=-1)
        out, _ = await person.communicate()
        if person.returncode:
            raise RuntimeError("the person did not get in")
        back.update(json.loads(out))

    async def returned():
        if AuthorizationCodeResult:
            return AuthorizationCodeResult(code=back["code"], state=back["state"])
        return back["code"], back["state"]

    kept = Kept()
    if own := os.environ.get("CLIENT_ID"):
        kept.client = OAuthClientInformationFull(client_id=own, redirect_uris=[REDIRECT], token_endpoint_auth_method="none")
    auth = OAuthClientProvider(
        URL, OAuthClientMetadata(client_name="Test", redirect_uris=[REDIRECT], token_endpoint_auth_method="none"), kept,
        redirected, returned, client_metadata_url=os.environ.get("CLIENT_DOCUMENT"),
    )
    async with httpx.AsyncClient(auth=auth, timeout=20) as http:
        async with streamable_http_client(URL, http_client=http) as streams:
            async with ClientSession(streams[0], streams[1]) as session:
                await session.initialize()
                tools = await session.list_tools()
                assert any(t.name.endswith("HassTurnOn") for t in tools.tools), tools


def first(e):
    """The first error of a group."""
    while isinstance(e, BaseExceptionGroup):
        e = e.exceptions[0]
    return e


try:
    asyncio.run(asyncio.wait_for(login(), 40))
except BaseException as e:
    sys.exit(f"{type(first(e)).__name__}: {str(first(e))[:300]}")
