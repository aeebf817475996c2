"""The real agent under a wrong clock: libfaketime shows it another date than the machine has."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.fakes import agentprocess, faketime
from tests.fakes.agentprocess import AgentProcess
from tests.fakes.certificates import Authority
from tests.fakes.faketime import FakeTime
from tests.fakes.http import HttpServer, free_port, page

pytestmark = pytest.mark.skipif(bool(faketime.missing()), reason=faketime.missing())

until = partial(agentprocess.until, seconds=40.0)
DEAD_BATTERY = datetime(1970, 1, 1, 7, 0, tzinfo=UTC)
CONFIG = """
[office]
name = "Kantor Camat Medan Timur"
hours = {{ mon-sun = "00:00-23:59" }}

[device.pc]
kind = "host"
interval_seconds = 0.5

[device.internet]
kind = "link"
interval_seconds = 0.5
interface = "lo"
gateway = "127.0.0.1"
internet = []
dns_names = []
portal = []
control = ["https://127.0.0.1:{tls}/"]
control_ca_file = "{ca}"
services = [
    {{ name = "dukcapil", url = "https://127.0.0.1:{tls}/", ca_file = "{ca}" }},
    {{ name = "siak", url = "tcp://127.0.0.1:{gone}" }},
]
"""


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def service(ca: Authority) -> Iterator[HttpServer]:
    with HttpServer(page(200), tls=ca.server("localhost", 90)) as running:
        yield running


@pytest.fixture
def agent(tmp_path: Path, service: HttpServer, ca: Authority) -> Iterator[AgentProcess]:
    config = CONFIG.format(tls=service.port, ca=ca.ca_file, gone=free_port())
    running = AgentProcess(config, tmp_path)
    yield running
    running.close()


def start(agent: AgentProcess) -> None:
    agent.start(wait=False)
    until(lambda: agent.page("/health"))


def test_after_a_dead_cmos_battery_the_clock_is_the_fault_and_the_link_is_not_blamed_for_tls(
    agent: AgentProcess, tmp_path: Path
) -> None:
    clock = FakeTime(tmp_path, DEAD_BATTERY)
    agent.env = clock.env
    start(agent)
    until(lambda: {one["code"] for one in agent.tickets()} >= {"clock-wrong", "service-down"})
    assert agent.metric('jagaloket_clock_trusted{device="pc"}') == 0
    assert agent.metric("jagaloket_office_open") is None
    assert agent.metric('jagaloket_link_service_up{device="internet",target="dukcapil"}') == 1
    assert agent.metric('jagaloket_link_layer_up{device="internet",layer="tls"}') == 1  # the service; control is mute
    assert not {"tls-invalid", "tls-expiring", "internet-filtered"} & {one["code"] for one in agent.tickets()}
    assert all(one["number"].startswith("JL-2026-") for one in agent.tickets())

    clock.set(datetime.now(UTC))
    until(lambda: agent.metric('jagaloket_clock_trusted{device="pc"}') == 1)
    until(lambda: (agent.metric('jagaloket_host_clock_jumps_total{device="pc"}') or 0) >= 1)
    until(lambda: any(one["status"] == "recovered" for one in agent.tickets() if one["code"] == "clock-wrong"))
    assert agent.metric("jagaloket_office_open") == 1


def test_a_clock_behind_the_last_time_known_is_wrong_though_its_year_may_be(
    agent: AgentProcess, tmp_path: Path
) -> None:
    clock = FakeTime(tmp_path, datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    agent.env = clock.env
    start(agent)
    assert until(lambda: agent.metric('jagaloket_clock_trusted{device="pc"}')) == 1
    if agent.metric('jagaloket_host_clock_synchronised{device="pc"}') == 1:
        pytest.skip("a time service keeps this machine's clock, and the kernel vouches for any date")
    agent.kill()
    clock.set(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
    start(agent)
    until(lambda: any(one["code"] == "clock-wrong" for one in agent.tickets()))
    assert agent.metric('jagaloket_clock_trusted{device="pc"}') == 0


def test_an_ended_certificate_is_the_service_s_fault_under_a_clock_that_is_right(
    agent: AgentProcess, ca: Authority, tmp_path: Path, service: HttpServer
) -> None:
    service.tls = ca.server("localhost", -1)
    agent.env = FakeTime(tmp_path, datetime.now(UTC)).env
    start(agent)
    until(lambda: {"dukcapil", "control"} <= {one["part"] for one in agent.tickets() if one["code"] == "tls-invalid"})
