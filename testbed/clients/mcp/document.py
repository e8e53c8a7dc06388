"""Serves a client id metadata document: document.py CERTIFICATE KEY FILE writes its URL, which is the client id, into FILE."""

import http.server
import json
import os
import ssl
import sys

certificate, key, file = sys.argv[1:]


class Document(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({
            "client_id": url, "client_name": "Test", "redirect_uris": [os.environ["REDIRECT"]], "token_endpoint_auth_method": "none",
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Document)
url = f"https://127.0.0.1:{server.server_port}/client.json"
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(certificate, key)
server.socket = tls.wrap_socket(server.socket, server_side=True)
with open(file, "w", encoding="utf-8") as f:
    f.write(url)
server.serve_forever()
