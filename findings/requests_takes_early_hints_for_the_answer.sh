#!/usr/bin/env bash
# requests 2.32.5 over urllib3 2.5.0, Python 3.11: an informational answer before the real one (RFC 9110, 15.2; here
# 103 Early Hints) is returned as the response: status 103, empty body. The answer behind it, 200 with a body, is never
# read. Python's http.client skips 100 alone.
# Seen:    status 103, body b''
# Expected by the RFC: a client must be able to parse one or more 1xx responses before the final one.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet requests==2.32.5 urllib3==2.5.0
"$folder/venv/bin/python" - <<'PY'
import socket
import sys
import threading

import requests
import urllib3

listener = socket.create_server(("127.0.0.1", 0))


def serve() -> None:
    connection, _ = listener.accept()
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
    connection.close()


threading.Thread(target=serve, daemon=True).start()
port = listener.getsockname()[1]
found = requests.get(f"http://127.0.0.1:{port}/", timeout=10, proxies={"no_proxy": "127.0.0.1"})
print(f"requests {requests.__version__}, urllib3 {urllib3.__version__}, Python {sys.version.split()[0]}")
print(f"status {found.status_code}, body {found.content!r}")
sys.exit(0 if (found.status_code, found.content) == (103, b"") else 1)
PY
echo "Still so."
