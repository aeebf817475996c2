"""Twenty thousand damaged SNMP answers. `python -m tests.fuzz.snmp COUNT SEED` runs more."""

import time

import pytest

from probes.wire.snmp_codec import MAX_DATAGRAM_BYTES, decode
from tests.fuzz import GROWTH_BYTES, SLOW_SECONDS, run, snmp


def test_the_undamaged_answers_are_read() -> None:
    for data in snmp.seeds():
        answer = decode(data)
        assert answer.rows
        assert answer.request == 7


def test_the_densest_datagram_there_can_be_is_read_in_time() -> None:
    bind = bytes.fromhex("3007 0603 2b0601 0500".replace(" ", ""))
    count = (MAX_DATAGRAM_BYTES - 40) // len(bind)
    binds = bind * count
    pdu = bytes.fromhex("020107020100020100") + b"\x30\x82" + len(binds).to_bytes(2) + binds
    rest = bytes.fromhex("020101") + b"\x04\x06public" + b"\xa2\x82" + len(pdu).to_bytes(2) + pdu
    datagram = b"\x30\x82" + len(rest).to_bytes(2) + rest
    spent = []
    for _ in range(3):  # a machine that is busy with others cannot make the best of three look good
        began = time.thread_time()
        assert len(decode(datagram).rows) == count
        spent.append(time.thread_time() - began)
    assert min(spent) < SLOW_SECONDS


@pytest.mark.slow
def test_damaged_answers_never_crash_or_hang_the_reader_and_leave_no_memory_behind() -> None:
    outcome = run(snmp.target, snmp.seeds(), count=20_000, seed=3805, refusals=snmp.REFUSALS)
    assert outcome.refused > 1000
    assert outcome.grown_bytes < GROWTH_BYTES
