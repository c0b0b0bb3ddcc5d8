"""The containers' own check: exit 0 if the process says on its admin port that it is ready."""

import os
import socket
import sys

with socket.create_connection(("127.0.0.1", int(os.environ["ADMIN_PORT"])), timeout=4) as line:
    line.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
    sys.exit(0 if line.recv(64).split()[1:2] == [b"200"] else 1)
