"""SNMP v1 and v2c messages as bytes: built from pysnmp's own PDU types, without pysnmp's engine.

Measured with one printer of 207 values: pysnmp's high-level v1arch costs 24 MiB of memory to import (its asyncio
carrier and its engine come along), 40 ms of CPU per full read, and an idle dispatcher that ticks 7 s of CPU per
hour away. The same PDU types encoded here and sent by an ordinary socket cost 5 MiB, and nothing while idle.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, univ
from pysnmp.proto import rfc1901, rfc1905

from probes.wire.snmp_value import Oid, Value, name, value

MAX_DATAGRAM_BYTES = 8192
"""More than any answer to a question of ours; bounds the time that one hostile datagram can cost."""


class Version(IntEnum):
    """The version field of a message that carries a community (RFC 1157, RFC 1901)."""

    V1 = 0
    V2C = 1


class Ask(Enum):
    """The three questions that only read."""

    GET = "get"
    NEXT = "next"
    BULK = "bulk"


class Question(NamedTuple):
    """One request. repetitions: max-repetitions of a BULK, which asks for that many rows of every OID."""

    ask: Ask
    oids: tuple[Oid, ...]
    repetitions: int = 0


class MalformedError(Exception):
    """These bytes are no answer to an SNMP question. Stays in probes.wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One GetResponse-PDU. status and index: RFC 3416 section 3, 0 is no error. size: bytes on the wire."""

    request: int
    status: int
    index: int
    rows: tuple[tuple[Oid, Value], ...]
    size: int = 0
    version: Version = Version.V2C


class _VarBind(univ.Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    # The value stays raw: one value out of its range must not cost the whole answer.
    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.NamedType("name", univ.Any()),
        namedtype.NamedType("value", univ.Any()),
    )


class _VarBinds(univ.SequenceOf):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = _VarBind()  # noqa: N815 - pyasn1's name


class _Response(univ.Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    tagSet = rfc1905.ResponsePDU.tagSet  # noqa: N815 - pyasn1's name
    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.NamedType("request-id", univ.Integer()),
        namedtype.NamedType("error-status", univ.Integer()),
        namedtype.NamedType("error-index", univ.Integer()),
        namedtype.NamedType("variable-bindings", _VarBinds()),
    )


class _Message(univ.Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.NamedType("version", univ.Integer()),
        namedtype.NamedType("community", univ.OctetString()),
        namedtype.NamedType("data", _Response()),
    )


_SPEC = _Message()
_PDUS = {
    Ask.GET: rfc1905.GetRequestPDU,
    Ask.NEXT: rfc1905.GetNextRequestPDU,
    Ask.BULK: rfc1905.GetBulkRequestPDU,
}


def encode(version: Version, community: bytes, request: int, question: Question) -> bytes:
    """One question as a datagram. request: the number that its answer must carry."""
    pdu = _PDUS[question.ask]()
    for place, number in enumerate((request, 0, question.repetitions)):
        pdu.setComponentByPosition(place, number)
    binds = pdu.setComponentByPosition(3).getComponentByPosition(3)
    for place, oid in enumerate(question.oids):
        bind = rfc1905.VarBind()
        bind.setComponentByPosition(0, oid)
        bind.setComponentByPosition(1).getComponentByPosition(1).setComponentByName("unSpecified", "")
        binds.setComponentByPosition(place, bind)
    message = rfc1901.Message()
    message.setComponentByPosition(0, int(version))
    message.setComponentByPosition(1, community)
    message.setComponentByPosition(2).getComponentByPosition(2).setComponentByType(pdu.getTagSet(), pdu)
    return bytes(encoder.encode(message))


def decode(datagram: bytes) -> Answer:
    """One answer. Raises MalformedError for anything else, whatever the bytes are."""
    if len(datagram) > MAX_DATAGRAM_BYTES:
        msg = f"an answer of more than {MAX_DATAGRAM_BYTES} bytes"
        raise MalformedError(msg)
    try:
        message, rest = decoder.decode(datagram, asn1Spec=_SPEC)
        version = Version(int(message[0]))
        if rest:
            msg = "an answer with bytes after its end"
            raise MalformedError(msg)
        pdu = message[2]
        rows = tuple((name(bytes(bind[0])), value(bytes(bind[1]))) for bind in pdu[3])
        return Answer(
            request=int(pdu[0]), status=int(pdu[1]), index=int(pdu[2]), rows=rows, size=len(datagram), version=version
        )
    except (PyAsn1Error, ValueError, TypeError, IndexError, OverflowError, RecursionError, MemoryError) as error:
        # Seen from pyasn1 on mutated bytes; each means the same.
        msg = "an answer that is no SNMP message"
        raise MalformedError(msg) from error
