"""Damaged SNMP answers, read as a probe reads them: python -m tests.fuzz.snmp COUNT SEED."""

from probes.mib import oids
from probes.mib.parse import parse
from probes.mib.reading import reading
from probes.reading import ProbeError
from probes.supply_quirks import quirk
from probes.wire.snmp_codec import Ask, MalformedError, Question, Version, decode, encode
from probes.wire.snmp_value import Oid
from probes.wire.snmp_walk import Walk
from tests import fuzz
from tests.fakes.snmp import SnmpAgent

RICOH = 367
REFUSALS = (MalformedError, ProbeError)
ROWS = """
1.3.6.1.2.1.1.1.0|4|HP ETHERNET MULTI-ENVIRONMENT,PID:HP LaserJet
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.2.3.9.1
1.3.6.1.2.1.1.3.0|67|4294967295
1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5
1.3.6.1.2.1.25.3.2.1.5.1|2|5
1.3.6.1.2.1.25.3.5.1.1.1|2|1
1.3.6.1.2.1.25.3.5.1.2.1|4x|4100
1.3.6.1.2.1.43.5.1.1.17.1|4|SERIAL
1.3.6.1.2.1.43.6.1.1.3.1.1|2|3
1.3.6.1.2.1.43.8.2.1.9.1.1|2|250
1.3.6.1.2.1.43.8.2.1.10.1.1|2|0
1.3.6.1.2.1.43.8.2.1.13.1.1|4|Tray 1
1.3.6.1.2.1.43.10.2.1.4.1.1|65|121104
1.3.6.1.2.1.43.11.1.1.5.1.1|2|3
1.3.6.1.2.1.43.11.1.1.6.1.1|4x|546f6e65722c20532f4e3a31e5
1.3.6.1.2.1.43.11.1.1.8.1.1|2|100
1.3.6.1.2.1.43.11.1.1.9.1.1|2|-3
1.3.6.1.4.1.367.3.2.1.2.24.1.1.3.1|4|Black Toner
1.3.6.1.4.1.367.3.2.1.2.24.1.1.5.1|2|-100
1.3.6.1.2.1.43.16.5.1.2.1.1|4x|1b5b324a526561647900
1.3.6.1.2.1.43.18.1.1.2.1.1|2|3
1.3.6.1.2.1.43.18.1.1.4.1.1|2|11
1.3.6.1.2.1.43.18.1.1.5.1.1|2|1
1.3.6.1.2.1.43.18.1.1.7.1.1|2|1101
"""


def target(data: bytes) -> None:
    """Decode, take as a step of a walk, and judge as a full look does."""
    answer = decode(data)
    mib = parse(dict(answer.rows))
    reading(mib, quirk(RICOH), dict(answer.rows))
    walk = Walk(tuple(oids.SUPPLY.values()), "printer")
    walk.take(answer)


def seeds() -> list[bytes]:
    """Answers to a pulse, to a scalar, to a walk of each table, and a refusal of version 1."""
    agent = SnmpAgent(ROWS)
    agent.stop()
    pulse = Question(ask=Ask.GET, oids=oids.pulse(1))
    lacking: tuple[Oid, ...] = (oids.SYS_DESCR, (1, 3, 6, 1, 9))
    walks = [
        Question(ask=Ask.BULK, oids=tuple(columns), repetitions=1)
        for columns in (*oids.GROUPS, quirk(RICOH).real_levels or ())
    ]
    questions = [(Version.V2C, one) for one in (pulse, *walks)]
    questions += [(Version.V1, Question(ask=Ask.GET, oids=lacking)), (Version.V1, pulse)]
    answers = [agent.answer(encode(version, b"public", 7, one)) for version, one in questions]
    return [one for one in answers if one]


if __name__ == "__main__":
    fuzz.main(target, seeds(), REFUSALS)
