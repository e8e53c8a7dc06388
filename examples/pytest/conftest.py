"""A mock home for the tests: `home` is fresh for each of them, its process is started once."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import pytest


class Home:
    """A mock home and its control plane."""

    def __init__(self, ready):
        self.url = ready["home"]["url"]
        self._control = ready["control"]

    def control(self, method, path, body=None):
        """Call the control plane, and return its answer."""
        request = urllib.request.Request(
            f"{self._control['url']}/_authconform/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._control['token']}"},
        )
        with urllib.request.urlopen(request, timeout=70) as response:
            return json.load(response)


@pytest.fixture(scope="session")
def _server(tmp_path_factory):
    file = tmp_path_factory.mktemp("authconform") / "ready.json"
    program = os.environ.get("AUTHCONFORM", "authconform")
    with subprocess.Popen([program, "serve", "--home", "127.0.0.1:0", "--ready-file", file], stdout=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 30
            while not file.exists():
                assert server.poll() is None and time.monotonic() < deadline, "the mock home did not start"
                time.sleep(0.02)
            yield Home(json.loads(file.read_text()))
        finally:
            server.terminate()


@pytest.fixture
def home(_server):
    """A mock home in its initial state."""
    _server.control("POST", "reset")
    return _server
