"""What an app has to get right: a login, an expired token, a server that is busy for a moment."""

import json
import urllib.error
import urllib.parse
import urllib.request

CLIENT = "http://127.0.0.1:9000/"


def post(home, path, body, form=False):
    data = urllib.parse.urlencode(body) if form else json.dumps(body)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    request = urllib.request.Request(home.url + path, data=data.encode(), headers={"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, {}


def log_in(home):
    _, flow = post(home, "/auth/login_flow", {"client_id": CLIENT, "handler": ["homeassistant", None], "redirect_uri": CLIENT + "cb"})
    _, done = post(home, f"/auth/login_flow/{flow['flow_id']}", {"client_id": CLIENT, "username": "ada", "password": "ada-password"})
    _, tokens = post(home, "/auth/token", {"grant_type": "authorization_code", "client_id": CLIENT, "code": done["result"]}, form=True)
    return tokens


def refresh(home, tokens):
    return post(home, "/auth/token", {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": tokens["refresh_token"]}, form=True)


def status(home, tokens):
    request = urllib.request.Request(home.url + "/api/", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_an_expired_access_token_is_refreshed(home):
    tokens = log_in(home)
    assert status(home, tokens) == 200
    home.control("POST", "clock", {"advance": "31m"})
    assert status(home, tokens) == 401
    _, fresh = refresh(home, tokens)
    assert status(home, fresh) == 200
    assert home.control("POST", "verify", {"requests": [{"grant_type": "refresh_token", "times": 1}]})["holds"]


def test_a_busy_server_is_asked_again(home):
    tokens = log_in(home)
    home.control("POST", "faults", {"path": "/auth/token", "grant_type": "refresh_token", "status": 503, "times": 1})
    assert refresh(home, tokens)[0] == 503
    assert refresh(home, tokens)[0] == 200


def test_expires_in_may_be_text(home):
    tokens = log_in(home)
    home.control("POST", "faults", {"grant_type": "refresh_token", "set": {"expires_in": "1800"}})
    assert refresh(home, tokens)[1]["expires_in"] == "1800"
