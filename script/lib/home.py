"""A home over HTTP, as far as these scripts ask it. The password of its owner is in the environment."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request


class Home:
    def __init__(self, url, timeout=60):
        self.url, self.client, self.timeout = url, url + "/", timeout

    def post(self, path, body=None, form=None, token=None):
        """Post JSON or a form, and return the JSON of the answer. An error ends the program with its status and first words."""
        data = urllib.parse.urlencode(form).encode() if form else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data)
        request.add_header("Content-Type", "application/x-www-form-urlencoded" if form else "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            sys.exit(f"{path}: {error.code} {error.read().decode(errors='replace')[:200]}")

    def redeem(self, code):
        return self.post("/auth/token", form={"grant_type": "authorization_code", "client_id": self.client, "code": code})

    def log_in(self, username="owner", password=None):
        opened = {"client_id": self.client, "handler": ["homeassistant", None], "redirect_uri": self.client}
        flow = self.post("/auth/login_flow", opened)
        person = {"client_id": self.client, "username": username, "password": password or os.environ["AUTHCONFORM_PASSWORD"]}
        step = self.post("/auth/login_flow/" + flow["flow_id"], person)
        if step["type"] != "create_entry":
            sys.exit(f"{username} does not get in: {step.get('errors') or step['type']}")
        return self.redeem(step["result"])

    def log_out(self, tokens):
        self.post("/auth/token", form={"action": "revoke", "token": tokens["refresh_token"]})
