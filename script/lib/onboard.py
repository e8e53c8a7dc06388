"""Onboard a fresh home over REST, as its page does, and leave no session behind. The password is in the environment."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

BASE = sys.argv[1]
CLIENT = BASE + "/"


def post(path, body=None, form=None, token=None):
    data = urllib.parse.urlencode(form).encode() if form else json.dumps(body or {}).encode()
    request = urllib.request.Request(BASE + path, data)
    request.add_header("Content-Type", "application/x-www-form-urlencoded" if form else "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        sys.exit(f"{path}: {error.code} {error.read().decode(errors='replace')[:200]}")


made = post(
    "/api/onboarding/users",
    {"name": "Owner", "username": "owner", "password": os.environ["AUTHCONFORM_PASSWORD"], "client_id": CLIENT, "language": "en"},
)
grant = {"grant_type": "authorization_code", "client_id": CLIENT}
tokens = post("/auth/token", form={**grant, "code": made["auth_code"]})
post("/api/onboarding/analytics", token=tokens["access_token"])
last = post("/api/onboarding/integration", {"client_id": CLIENT, "redirect_uri": CLIENT}, token=tokens["access_token"])
tokens2 = post("/auth/token", form={**grant, "code": last["auth_code"]})
for each in (tokens, tokens2):
    post("/auth/token", form={"action": "revoke", "token": each["refresh_token"]})
