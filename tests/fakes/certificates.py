"""A certification authority and its certificates."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


class Authority:
    """An authority; ca_file is what a client trusts. name: the organisation that it calls itself."""

    def __init__(self, folder: Path, *, name: str | None = None, file: str = "ca.pem") -> None:
        self._ca = trustme.CA(organization_name=name)
        self.ca_file = folder / file
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    def server(
        self, name: str, days: int, *, starts_in_days: int | None = None, common_name: str | None = None
    ) -> ssl.SSLContext:
        """A server's context with a certificate for a DNS name, also for 127.0.0.1; days from now it ends."""
        now = datetime.now(UTC)
        starts = now + timedelta(days=starts_in_days) if starts_in_days is not None else None
        cert = self._ca.issue_cert(
            name, "127.0.0.1", common_name=common_name, not_after=now + timedelta(days=days), not_before=starts
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cert.configure_cert(context)
        return context
