"""The person in the browser: person.py AUTHORIZATION-URL logs in, consents, and prints the URL that the browser is sent to.

At a home through its login flow, as the home's page does; anywhere else through plain forms.
"""

import html.parser
import http.cookiejar
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

NAME, PASSWORD = os.environ["PERSON"].split(":", 1)


class Redirected(Exception):
    pass


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but not to the client."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if urllib.parse.urlsplit(newurl).netloc != start.netloc:
            raise Redirected(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Form(html.parser.HTMLParser):
    """The first form of a page: its action, its fields, and the first button, which allows."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.pressed, self.over = None, {}, False, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if self.over or (tag != "form" and self.action is None):
            return
        if tag == "form":
            self.action = a["action"]
        elif tag == "input" and a.get("name"):
            self.fields[a["name"]] = {"username": NAME, "password": PASSWORD}.get(a["name"], a.get("value", ""))
        elif tag == "button" and not self.pressed:
            self.pressed = True
            if a.get("name"):
                self.fields[a["name"]] = a.get("value", "")

    def handle_endtag(self, tag):
        self.over = self.over or tag == "form"


start = urllib.parse.urlsplit(sys.argv[1])
browser = urllib.request.build_opener(Stay, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def step(path, **members):
    body = json.dumps({k: v for k, v in members.items() if v is not None}).encode()
    url = f"{start.scheme}://{start.netloc}{path}"
    with browser.open(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=20) as answer:
        return json.load(answer)


def at_a_home():
    asked = dict(urllib.parse.parse_qsl(start.query))
    client = asked["client_id"]
    flow = step("/auth/login_flow", client_id=client, handler=["homeassistant", None], redirect_uri=asked["redirect_uri"],
                code_challenge=asked.get("code_challenge"), code_challenge_method=asked.get("code_challenge_method"))
    code = step("/auth/login_flow/" + flow["flow_id"], client_id=client, username=NAME, password=PASSWORD)["result"]
    back = {"code": code} | ({"state": asked["state"]} if "state" in asked else {})
    return asked["redirect_uri"] + "?" + urllib.parse.urlencode(back)


def by_forms():
    url, body = sys.argv[1], None
    for _ in range(5):
        try:
            with browser.open(urllib.request.Request(url, body), timeout=20) as answer:
                form = Form(answer.read().decode())
                if form.action is None:
                    return answer.url
                url, body = urllib.parse.urljoin(answer.url, form.action), urllib.parse.urlencode(form.fields).encode()
        except Redirected as e:
            return str(e)
    sys.exit("the pages do not end")


print(at_a_home() if start.path == "/auth/authorize" else by_forms())
