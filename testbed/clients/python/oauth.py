"""What OAuth libraries of the Python package index see of a home and of a provider, and Nabu Casa's of an account-link proxy."""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import types

import aiohttp
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from hass_nabucasa import account_link
from oauthlib.oauth2 import InvalidGrantError
from requests_oauthlib import OAuth2Session

REDIRECT = "http://127.0.0.1:9999/callback"
HOME, PROVIDER, PROXY = os.environ["HOME_URL"], os.environ["PROVIDER_URL"], os.environ["PROXY_URL"]
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # everything is on loopback


def come_back(url, person):
    """The URL that the browser of a user is sent to."""
    command = [sys.executable, os.environ["PERSON_PROGRAM"], url]
    return subprocess.run(command, env=dict(os.environ, PERSON=person), check=True, capture_output=True, text=True).stdout.strip()


def registered():
    form = {"redirect_uris": [REDIRECT], "client_name": "clients"}
    return requests.post(PROVIDER + "/oauth/register", json=form, timeout=20).json()


def servers():
    """Each server: its OAuth paths, an API, our client there, and its user."""
    yield types.SimpleNamespace(base=HOME + "/auth", api=HOME + "/api/", id="http://127.0.0.1:9999/", secret=None, scope=None,
                                person=os.environ["HOME_PERSON"])
    app = registered()
    yield types.SimpleNamespace(base=PROVIDER + "/oauth", api=PROVIDER + "/api/me", id=app["client_id"], secret=app["client_secret"],
                                scope="profile", person="ben:ben-password")


def by_requests_oauthlib(server):
    session = OAuth2Session(server.id, redirect_uri=REDIRECT, scope=server.scope, pkce="S256")
    back = come_back(session.authorization_url(server.base + "/authorize")[0], server.person)
    extra = {"client_secret": server.secret} if server.secret else {"include_client_id": True}
    session.fetch_token(server.base + "/token", authorization_response=back, **extra)
    assert session.get(server.api).status_code == 200
    auth = requests.auth.HTTPBasicAuth(server.id, server.secret) if server.secret else None
    more = {} if server.secret else {"client_id": server.id}
    session.refresh_token(server.base + "/token", auth=auth, **more)
    assert session.get(server.api).status_code == 200
    try:
        session.refresh_token(server.base + "/token", refresh_token="invented", auth=auth, **more)
    except InvalidGrantError:
        return
    raise AssertionError("an invented refresh token works")


def by_authlib(server):
    method = "client_secret_basic" if server.secret else "none"
    session = AuthlibSession(server.id, server.secret, redirect_uri=REDIRECT, scope=server.scope, code_challenge_method="S256",
                             token_endpoint_auth_method=method, revocation_endpoint_auth_method=method)
    verifier = "v" * 64
    url, state = session.create_authorization_url(server.base + "/authorize", code_verifier=verifier)
    session.fetch_token(server.base + "/token", authorization_response=come_back(url, server.person), code_verifier=verifier, state=state)
    assert session.get(server.api).status_code == 200
    session.refresh_token(server.base + "/token", refresh_token=session.token["refresh_token"])
    assert session.get(server.api).status_code == 200
    access, refresh = session.token["access_token"], session.token["refresh_token"]
    assert session.revoke_token(server.base + "/revoke", token=refresh, token_type_hint="refresh_token").status_code == 200
    assert requests.get(server.api, headers={"Authorization": "Bearer " + access}, timeout=20).status_code == 401


async def by_nabu_casa():
    """With strict X.509 checks, as newer Python versions have them by default."""
    ca = json.load(open(os.environ["READY_FILE"]))["account_link"]["ca"]
    trust = ssl.create_default_context(cadata=ca)
    trust.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as websession:
        cloud = types.SimpleNamespace(account_link_server=PROXY.removeprefix("https://"), client=types.SimpleNamespace(websession=websession))
        service = (await account_link.async_fetch_available_services(cloud))[0]["service"]
        helper = account_link.AuthorizeAccountHelper(cloud, service)
        url = await helper.async_get_authorize_url()
        tokens = asyncio.create_task(helper.async_get_tokens())
        # The person's browser stops at the proxy's callback: only we trust its CA.
        async with websession.get(await asyncio.to_thread(come_back, url, "ben:ben-password")) as page:
            assert page.status == 200
        linked = await asyncio.wait_for(tokens, 20)
        assert linked["service"] == service and linked["expires_in"] > 0
        again = await account_link.async_fetch_access_token(cloud, service, linked["refresh_token"])
        assert again["access_token"] != linked["access_token"]


NAMES = {by_requests_oauthlib: "requests-oauthlib", by_authlib: "Authlib"}
for at in servers():
    for library in (by_requests_oauthlib, by_authlib):
        try:
            library(at)
            print(f"ok      {NAMES[library]} at the {'provider' if at.secret else 'home'}")
        except Exception as e:
            sys.exit(f"{library.__name__} at {at.base}: {type(e).__name__}: {e}")
asyncio.run(by_nabu_casa())
print("ok      hass-nabucasa at the account-link proxy")
