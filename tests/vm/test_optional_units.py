"""The units that the package brings switched off, switched on under a real systemd."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.prometheus import program
from tests.vm import image, installation
from tests.vm.counter import CounterPc, wait

Figure = Callable[[str], None]
DYNAMIC_USERS = range(61184, 65520)
"""systemd.exec(5), DynamicUser."""

REPORT = """
sed 's/^counter = /code = "12.71.09"\\ncounter = /' /etc/jagaloket/jagaloket.toml >/run/office.toml &&
jagaloket -c /run/office.toml fleet push --instance loket-1 >/run/push.yml &&
sed 's/"60s"/"5s"/; s/"20s"/"4s"/' /run/push.yml >/etc/jagaloket/push.yml &&
sed 's,https://fleet.example.go.id,http://127.0.0.1:9000,' /usr/share/jagaloket/push.env >/etc/jagaloket/push.env &&
echo rahasia-pusat >/etc/jagaloket/push.password && chmod 600 /etc/jagaloket/push.env /etc/jagaloket/push.password &&
systemctl enable --quiet --now jagaloket-push
"""
TOKEN = "a-token-that-nobody-guesses"
BRIDGE = f"""
echo {TOKEN} >/etc/jagaloket/bridge.token && chgrp jagaloket /etc/jagaloket/bridge.token &&
chmod 640 /etc/jagaloket/bridge.token &&
printf '[office]\\nname = "Dinas"\\ncounter = "Armada"\\n[bridge]\\ntoken_file = "/etc/jagaloket/bridge.token"\\n' \
    >/etc/jagaloket/bridge.toml && chmod 644 /etc/jagaloket/bridge.toml &&
systemctl enable --quiet --now jagaloket-bridge
"""
OWN = "jagaloket -c /etc/jagaloket/bridge.toml --state /var/lib/jagaloket-bridge"
ALERT = {
    "status": "firing",
    "fingerprint": "00c0ffee",
    "labels": {"alertname": "JagaLoketSilent", "severity": "critical", "office": "Kantor Camat"},
    "annotations": {"summary": "Loket 1 diam"},
    "startsAt": "2026-11-24T01:00:00Z",
    "endsAt": "0001-01-01T00:00:00Z",
}
SEND = """
exec 3<>/dev/tcp/127.0.0.1/9777; body='{body}'
printf 'POST /alertmanager HTTP/1.0\\r\\nHost: 127.0.0.1:9777\\r\\nAuthorization: Bearer {token}\\r\\n' >&3
printf 'Content-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "${{#body}}" "$body" >&3; head -1 <&3
"""


@pytest.fixture
def payload(work: Path) -> Path:
    """Debian's vmagent, and a centre that it reports to."""
    centre = image.HERE / "inside" / "centre.py"
    return image.payload(work, [(Path(program("vmagent")), "usr/bin/vmagent"), (centre, "opt/rig/centre.py")])


def state(pc: CounterPc, unit: str, name: str) -> str:
    return pc.sh(f"systemctl show {unit} --value -p {name}").strip()


def mebibytes(pc: CounterPc, unit: str) -> int:
    return int(state(pc, unit, "MemoryCurrent")) >> 20


def examined(pc: CounterPc, command: str) -> dict[str, str]:
    found = json.loads(pc.sh(f"{command} doctor --json", check=False))
    return {item["check"]: item["verdict"] for item in found}


def test_a_counter_reports_to_its_centre_and_nobody_sees_the_password(pc: CounterPc, figure: Figure) -> None:
    pc.sh(installation.UNPACK)
    pc.sh("systemd-run --quiet --unit=centre python3 /opt/rig/centre.py")
    pc.sh(REPORT)
    arrived = "timeout 90 sh -c 'until grep -qs ^/api/v1/write /run/centre; do sleep 1; done'"
    assert pc.sh(f"{arrived} || journalctl --no-pager -o cat -u jagaloket-push", 120) == ""
    login = base64.b64encode(b"loket:rahasia-pusat").decode()
    assert f"Basic {login}" in pc.sh("cat /run/centre")
    process = state(pc, "jagaloket-push", "MainPID")
    assert int(pc.sh(f"stat -c %u /proc/{process}")) in DYNAMIC_USERS
    assert "rahasia" not in pc.sh(f"cat /proc/{process}/cmdline /proc/{process}/environ; journalctl -u jagaloket-push")
    assert examined(pc, "jagaloket")["centre"] == "well"
    figure(f"memory of jagaloket-push: cgroup {mebibytes(pc, 'jagaloket-push')} MiB")

    pc.sh("dpkg -P jagaloket")
    assert pc.sh("pgrep vmagent", check=False) == ""
    assert pc.sh("ls -d /var/lib/private/jagaloket* /var/lib/jagaloket* 2>/dev/null", check=False) == ""
    assert pc.sh("systemctl list-unit-files --no-legend 'jagaloket*'", check=False) == ""


def test_the_bridge_makes_a_webhook_a_ticket_and_a_kill_loses_nothing(pc: CounterPc, figure: Figure) -> None:
    pc.sh(BRIDGE, 90)
    process = state(pc, "jagaloket-bridge", "MainPID")
    assert pc.sh(f"stat -c %U /proc/{process}").strip() == "jagaloket"
    webhook = SEND.format(body=json.dumps({"version": "4", "alerts": [ALERT]}), token=TOKEN)
    assert " 200 " in pc.sh(webhook)
    pc.sh("systemctl kill -s KILL jagaloket-bridge")
    wait(lambda: state(pc, "jagaloket-bridge", "NRestarts") == "1", 60, "a new bridge")
    wait(lambda: " 200 " in pc.sh(webhook, check=False), 60, "the new bridge to take the same again")
    (ticket,) = json.loads(pc.sh(f"{OWN} tickets list --all --json"))
    assert ticket["status"] == "new"
    assert pc.tickets() == []  # the agent beside it has its own
    found = examined(pc, OWN)
    assert {name: found[name] for name in ("service", "address", "store", "state folder")} == {
        "service": "well", "address": "well", "store": "well", "state folder": "well",
    }  # fmt: skip
    figure(f"memory of jagaloket-bridge: cgroup {mebibytes(pc, 'jagaloket-bridge')} MiB")
