"""A certification authority and its certificates, made with the openssl command."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Authority:
    """Where the authority's files are. ca_file is what a client trusts."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def server(self, name: str, days: int) -> ssl.SSLContext:
        """A server's context with a certificate for a DNS name, also for 127.0.0.1; days from now it ends."""
        stem = self.folder / f"{name}.{days}"
        key, request, names, cert = (stem.with_name(stem.name + end) for end in (".key", ".csr", ".ext", ".pem"))
        names.write_text(f"subjectAltName=DNS:{name},IP:127.0.0.1")
        _openssl("req", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        signer = ("-CA", self.ca_file, "-CAkey", self.folder / "ca.key", "-CAcreateserial")
        _openssl("x509", "-req", "-in", request, *signer, "-days", days, "-extfile", names, "-out", cert)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def authority(folder: Path) -> Authority:
    """A new authority in this folder. Skips the test where there is no openssl command."""
    if not shutil.which("openssl"):
        pytest.skip("the openssl command is not installed")
    made = Authority(folder)
    ca_key = folder / "ca.key"
    _openssl("req", "-x509", *_NEW_KEY, "-keyout", ca_key, "-out", made.ca_file, "-subj", "/CN=Test CA", "-days", 9)
    return made


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=30)
