"""What the checks of one link add to an agent, in a network of its own where the default targets exist."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from probes.wire.address import Endpoint
from tests.bench.figures import Figure, cpu_seconds, pss_mib
from tests.fakes.agentprocess import AgentProcess, until
from tests.fakes.certificates import Authority
from tests.fakes.dns import DnsServer, knows
from tests.fakes.http import HttpServer, page
from tests.fakes.netns import allow_pings, command, inside, namespaces

_NAMESPACE = "jagaloket-bench"
_INTERNET = ("1.1.1.1", "8.8.8.8", "9.9.9.9")
_SITE = "203.0.113.80"
_SETTLE_SECONDS = 10.0
_SCRAPES = 20
"""So many that each of the page's threads has answered and opened the store, in every agent that is compared."""
_BASE = """
[device.pc]
kind = "host"
interval_seconds = 3600
"""
_LINK = """
[device.internet]
kind = "link"
interface = "lo"
gateway = "127.0.0.1"
resolvers = ["9.9.9.9:53"]
control = ["https://control.example.go.id:8444/"]
control_ca_file = "{ca}"
services = [
    {{ name = "dukcapil", url = "https://siak.example.go.id/", ca_file = "{ca}" }},
    {{ name = "vpn", url = "tcp://203.0.113.80:8443" }},
    {near}
]
"""
_NEAR = '{{ name = "arsip", url = "https://127.0.0.1:8445/", ca_file = "{ca}" }},'


def figures(seconds: float) -> Iterator[Figure]:
    """CPU and memory over an agent that watches nothing but the PC, once an hour; nothing without namespaces."""
    try:
        with namespaces(_NAMESPACE):
            found = inside(_NAMESPACE, lambda: _costs(seconds))
    except pytest.skip.Exception as why:
        yield Figure(name=f"link alone: not measured, {why}", value=float("nan"), unit="")
        return
    (base_cpu, base_mib), (cpu, mib), (near_cpu, near_mib) = found
    note = f"over {seconds:g} s, all layers, a control host, services of others over TCP and TLS"
    near = "the same, and the office's own server over TLS"
    yield Figure(name="link alone: CPU, default rhythm", value=cpu - base_cpu, unit="s/h", limit=1.5, note=note)
    yield Figure(name="link alone: memory (PSS) added", value=mib - base_mib, unit="MiB", limit=2.0, note=note)
    yield Figure(name="link and own server: CPU", value=near_cpu - base_cpu, unit="s/h", note=near)
    yield Figure(name="link and own server: memory (PSS) added", value=near_mib - base_mib, unit="MiB", note=near)


_Cost = tuple[float, float]
"""Seconds of CPU per hour, and MiB."""


def _costs(seconds: float) -> tuple[_Cost, _Cost, _Cost]:
    allow_pings()
    for address in (*_INTERNET, _SITE):
        command("ip", "address", "add", f"{address}/32", "dev", "lo")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        ca = Authority(folder)
        for address in _INTERNET:
            stack.enter_context(HttpServer(host=address, port=443))
        stack.enter_context(DnsServer(knows(_SITE), Endpoint("9.9.9.9", 53)))
        stack.enter_context(HttpServer(page(204), host=_SITE, port=80))
        secured = ca.server("siak.example.go.id", 300)
        stack.enter_context(HttpServer(page(200), tls=secured, host=_SITE, port=443))
        stack.enter_context(HttpServer(host=_SITE, port=8443))
        control = ca.server("control.example.go.id", 300)
        stack.enter_context(HttpServer(tls=control, host=_SITE, port=8444))
        stack.enter_context(HttpServer(page(200), tls=control, host="127.0.0.1", port=8445))
        far = _BASE + _LINK.format(ca=ca.ca_file, near="")
        near = _BASE + _LINK.format(ca=ca.ca_file, near=_NEAR.format(ca=ca.ca_file))
        return _measure(_BASE, "pc", seconds), _measure(far, "internet", seconds), _measure(near, "internet", seconds)


def _measure(config: str, device: str, seconds: float) -> _Cost:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        agent = AgentProcess(config, Path(folder))
        stack.callback(agent.close)
        agent.start()
        until(lambda: agent.metric(f'jagaloket_device_state{{device="{device}",state="ok"}}') == 1, 30)
        assert agent.process is not None
        for _ in range(_SCRAPES):
            agent.page("/metrics")
        time.sleep(_SETTLE_SECONDS)
        cpu, began = cpu_seconds(agent.process.pid), time.monotonic()
        time.sleep(seconds)
        spent = (cpu_seconds(agent.process.pid) - cpu) / (time.monotonic() - began) * 3600
        return spent, pss_mib(agent.process.pid)
