"""The names in a certificate, from good and hostile bytes."""

import ssl

import pytest
import trustme
from hypothesis import example, given
from hypothesis import strategies as st

from probes.wire.certificate import Names, names


def der(cert: trustme.LeafCert) -> bytes:
    return ssl.PEM_cert_to_DER_cert(cert.cert_chain_pems[0].bytes().decode())


GOOD = der(trustme.CA(organization_name="Box Sdn").issue_cert("a.example", common_name="siak.example"))


def test_subject_and_issuer_are_read() -> None:
    found = names(GOOD)
    assert found.subject.startswith("CN=siak.example, O=")
    assert found.issuer == "O=Box Sdn"


def test_what_a_certificate_says_is_made_harmless() -> None:
    hostile = der(trustme.CA(organization_name="Box\x1b[2J\nok").issue_cert("a.example"))
    assert names(hostile).issuer == "O=Box?[2J ok"


@pytest.mark.parametrize("raw", [b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x89" + b"\1" * 9])
def test_what_is_no_certificate_has_no_names(raw: bytes) -> None:
    assert names(raw) == Names()


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4))
@example(0, b"\0")
def test_a_damaged_certificate_never_raises(at: int, damage: bytes) -> None:
    found = names(GOOD[:at] + damage + GOOD[at + len(damage) :])
    assert len(found.subject) < 200
    assert names(GOOD[:at]) == Names()
