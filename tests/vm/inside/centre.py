"""A centre that takes what is reported to it: who sent, and how many bytes, a line each in /run/centre."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

FILE = Path("/run/centre")


class Centre(BaseHTTPRequestHandler):
    """Remote write, as far as it is seen here."""

    def do_POST(self) -> None:
        """One batch."""
        size = len(self.rfile.read(int(self.headers["Content-Length"])))
        with FILE.open("a", encoding="utf-8") as file:
            print(self.path, self.headers["Authorization"], size, file=file)
        self.send_response(204)
        self.end_headers()


HTTPServer(("127.0.0.1", 9000), Centre).serve_forever()
