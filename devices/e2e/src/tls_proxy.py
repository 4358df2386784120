"""TLS 1.3 in front of a port of the loopback interface.

CERTIFICATE KEY PORT: prints its own port, then a line for each client whose handshake is done. Ends with its
standard input.
"""

import os
import select
import socket
import ssl
import sys
import threading


def carry(near, far):
    """Passes on what comes, both ways, until one end has no more."""
    while True:
        for source in [near] if near.pending() else select.select([near, far], [], [])[0]:
            data = source.recv(4096)
            if not data:
                return
            (far if source is near else near).sendall(data)


def serve(client, context, port):
    try:
        with context.wrap_socket(client, server_side=True) as near:
            print("shaken hands", flush=True)
            with socket.create_connection(("127.0.0.1", port)) as far:
                carry(near, far)
    except OSError:
        # Whoever is gone, refused us or is not there.
        client.close()


def accept(listener, context, port):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, context, port), daemon=True).start()


certificate, key, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_cert_chain(certificate, key)
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(listener, context, port), daemon=True).start()
sys.stdin.read()
os._exit(0)
