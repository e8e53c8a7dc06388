"""Print how many refresh tokens and users a home holds, by the owner's own eyes. The password is in the environment.

It logs in itself and logs out again; its own token is not counted.
"""

import base64
import json
import secrets
import socket
import struct
import sys

from home import Home


class WebSocket:
    """As much of RFC 6455 as one question needs."""

    def __init__(self, base):
        host, port = base.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.socket.sendall(
            f"GET /api/websocket HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while not self._until(b"\r\n\r\n"):
            pass

    def _until(self, mark):
        seen = b""
        while not seen.endswith(mark):
            seen += self.socket.recv(1)
        return seen

    def _exactly(self, n):
        seen = b""
        while len(seen) < n:
            seen += self.socket.recv(n - len(seen))
        return seen

    def send(self, message):
        raw = json.dumps(message).encode()
        mask = secrets.token_bytes(4)
        head = bytes([0x81, 0x80 | len(raw)]) if len(raw) < 126 else bytes([0x81, 0xFE]) + struct.pack(">H", len(raw))
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(raw)))

    def receive(self):
        length = self._exactly(2)[1] & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._exactly(8))
        return json.loads(self._exactly(length))


home = Home(sys.argv[1])
tokens = home.log_in()
ws = WebSocket(home.url)
ws.receive()
ws.send({"type": "auth", "access_token": tokens["access_token"]})
ws.receive()
counts = {}
for number, command in ((1, "auth/refresh_tokens"), (2, "config/auth/list")):
    ws.send({"id": number, "type": command})
    counts[command] = len(ws.receive()["result"])
home.log_out(tokens)
print(f"{counts['auth/refresh_tokens'] - 1} refresh tokens, {counts['config/auth/list']} users")
