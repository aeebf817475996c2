"""Many agents in one light process: python -m tests.fakes.swarm FOLDER prints its port and serves until it is ended.

/AGENT/metrics gets one of the pages in FOLDER (*.page, as Exporters wrote them), the next at each scrape, compressed,
and each connection is closed after one answer, as agents do it for other computers. Where FOLDER has a tls.pem (key
and certificates), it speaks TLS, and answers only who brings the content of FOLDER/login (user:password, basic
authentication). One thread: what is measured is who asks.
"""

import asyncio
import base64
import gzip
import ssl
import sys
from collections import Counter
from pathlib import Path


def answers(folder: Path) -> list[bytes]:
    """Every page as an HTTP answer."""
    made = []
    for file in sorted(folder.glob("*.page")):
        body = gzip.compress(file.read_bytes(), 6, mtime=0)
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


class Agents(asyncio.Protocol):
    """One connection. login: the line that a request must have, b"" for any."""

    def __init__(self, made: list[bytes], scrapes: Counter[bytes], login: bytes) -> None:
        self._made, self._scrapes, self._login = made, scrapes, login
        self._request = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._request += data
        if b"\r\n\r\n" in self._request:
            self._transport.write(self._answer(self._request))
            self._transport.close()

    def _answer(self, request: bytes) -> bytes:
        if self._login not in request:
            return b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        agent = request.split(b"/", 2)[1]
        self._scrapes[agent] += 1
        return self._made[(int(agent) + self._scrapes[agent]) % len(self._made)]


async def main(folder: Path) -> None:
    """Serve."""
    made, scrapes = answers(folder), Counter[bytes]()
    tls, login = None, b""
    if (folder / "tls.pem").exists():
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "tls.pem")
        login = b"\r\nAuthorization: Basic " + base64.b64encode((folder / "login").read_bytes()) + b"\r\n"
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Agents(made, scrapes, login), "127.0.0.1", 0, backlog=1024, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - what the parent waits for
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
