"""Prints an access token of a user who logs in: home_token.py URL USERNAME PASSWORD. For mocks, whose passwords are no secrets."""

import json
import sys
import urllib.parse
import urllib.request

url, username, password = sys.argv[1:]
client = url + "/"


def post(path, data, kind="application/json"):
    request = urllib.request.Request(url + path, data.encode(), {"Content-Type": kind})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


flow = post("/auth/login_flow", json.dumps({"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}))
step = json.dumps({"client_id": client, "username": username, "password": password})
code = post("/auth/login_flow/" + flow["flow_id"], step)["result"]
form = urllib.parse.urlencode({"grant_type": "authorization_code", "code": code, "client_id": client})
print(post("/auth/token", form, "application/x-www-form-urlencoded")["access_token"])
