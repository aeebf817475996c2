"""Serves an Exporter's pages, one virtual minute further at each scrape; each line bears its virtual time."""

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class PageServer:
    """pages: text pages, the next at each scrape, then none. begins: the first page's time; the next is a minute on.

    samples: how many samples were served. off: no agent answers (503), as while the PC starts or ends.
    """

    def __init__(self, pages: Sequence[str], begins: float) -> None:
        self._pages, self._at = pages, begins
        self._lock = threading.Lock()
        self.off = False
        self.scrapes = self.samples = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = outer._next()
                self.send_response(200 if body else 503)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    outer._not_taken(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _not_taken(self, body: bytes) -> None:
        """Who asked did not wait for the answer."""
        with self._lock:
            self.scrapes -= 1
            self.samples -= body.count(b"\n")
            self._at -= 60

    def _next(self) -> bytes:
        with self._lock:
            if self.off or self.scrapes == len(self._pages):
                return b""
            lines = [line for line in self._pages[self.scrapes].splitlines() if not line.startswith("#")]
            stamp = round(self._at * 1000)
            self._at += 60
            self.scrapes += 1
            self.samples += len(lines)
        return "".join(f"{line} {stamp}\n" for line in lines).encode()
