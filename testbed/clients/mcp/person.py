"""The person at the login page of a home: person.py AUTHORIZATION-URL prints what comes back to the client, as JSON."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

url = urllib.parse.urlsplit(sys.argv[1])
asked = dict(urllib.parse.parse_qsl(url.query))
if url.path != "/auth/authorize":
    sys.exit(f"the client opens {url.path}")


def ask(path, otherwise=None, **members):
    """What the home answers; to the members otherwise where it refuses these."""
    body = json.dumps({k: v for k, v in members.items() if v is not None}).encode()
    request = urllib.request.Request(f"{url.scheme}://{url.netloc}{path}", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as e:
        if otherwise and e.code == 400:
            return ask(path, **otherwise)
        sys.exit(f"the home answers {e.code} {e.read()[:200]!r}")


client = asked["client_id"]
begin = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": asked["redirect_uri"]}
flow = ask("/auth/login_flow", begin, **begin,  # the page of a release before 2026.10 drops the challenge
           code_challenge=asked.get("code_challenge"), code_challenge_method=asked.get("code_challenge_method"))
done = ask("/auth/login_flow/" + flow["flow_id"], client_id=client,
           username=os.environ.get("HOME_USER", "owner"), password=os.environ.get("HOME_PASSWORD", "owner-password"))
if "result" not in done:
    sys.exit(f"no code: {done}")
print(json.dumps({"code": done["result"], "state": asked.get("state")}))
