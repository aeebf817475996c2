"""The kernel's hotplug events: both packet formats, who may send, loss, and an end without a trace."""

import contextlib
import errno
import os
import queue
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.wire import hotplug, uevent
from probes.wire.hotplug import Listener
from probes.wire.uevent import Event

PAIRS = (
    b"ACTION=remove\0DEVPATH=/devices/pci0/usb1/1-2\0SUBSYSTEM=usb\0DEVTYPE=usb_device\0"
    b"PRODUCT=5ba/a/103\0BUSNUM=001\0DEVNUM=005\0"
)
KERNEL = b"remove@/devices/pci0/usb1/1-2\0" + PAIRS
UDEV = b"libudev\0" + struct.pack("=IIIIIIII", 0xFEEDCAFE, 40, 40, len(PAIRS), 0, 0, 0, 0) + PAIRS
KERNEL_SAYS = Path("/sys/devices/virtual/mem/null/uevent")
"""What is written here the kernel sends to all who listen; /dev/null takes no harm."""
UNPLUGGED = Event(action="remove", port="1-2", vendor="05ba", product="000a", address=(1, 5))


class FakeNetlink:
    """A socket whose messages come from whom the test says; an OSError in the queue is raised."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._queue: queue.SimpleQueue[tuple[bytes | OSError, object]] = queue.SimpleQueue()
        self.closed = False

    def send(self, message: bytes | OSError, sender: object = (0, 1)) -> None:
        self._queue.put((message, sender))
        self._writer.send(b"!")

    def fileno(self) -> int:
        return self._reader.fileno()

    def recvmsg(self, _size: int) -> tuple[bytes, list[Any], int, object]:
        self._reader.recv(1)
        message, sender = self._queue.get()
        if isinstance(message, OSError):
            raise message
        return message, [], 0, sender

    def close(self) -> None:
        self.closed = True
        self._reader.close()
        self._writer.close()


class Rig:
    def __init__(self) -> None:
        self.netlinks: list[FakeNetlink] = []
        self.heard: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.listener = Listener(self._open)
        self.stop: Callable[[], None] = self.listener.subscribe(self.heard.put)

    def _open(self) -> socket.socket:
        self.netlinks.append(FakeNetlink())
        netlink: Any = self.netlinks[-1]
        return netlink  # type: ignore[no-any-return]  # it plays a socket

    def hear(self) -> Event | None:
        return self.heard.get(timeout=5)


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.stop()


@pytest.mark.parametrize("message", [KERNEL, UDEV], ids=["kernel", "udev"])
def test_both_packet_formats_say_the_same(message: bytes) -> None:
    assert uevent.parse(message) == UNPLUGGED


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"libudev\0",
        b"libudev\0" + b"\xff" * 40,
        b"add@/devices/x\0SUBSYSTEM=block\0DEVTYPE=disk\0",
        KERNEL.replace(b"usb_device", b"usb_interface"),
        b"\xff\xfe=\0==\0",
    ],
)
def test_what_is_no_usb_device_is_no_event(message: bytes) -> None:
    assert uevent.parse(message) is None


def test_an_event_without_ids_still_names_its_port() -> None:
    bare = KERNEL.replace(b"PRODUCT=5ba/a/103\0BUSNUM=001\0", b"").replace(b"005", b"9" * 5000)
    assert uevent.parse(bare) == Event(action="remove", port="1-2")


def test_an_event_is_heard(rig: Rig) -> None:
    rig.netlinks[0].send(KERNEL)
    assert rig.hear() == UNPLUGGED


def test_only_the_kernel_is_believed(rig: Rig) -> None:
    rig.netlinks[0].send(KERNEL.replace(b"remove", b"forged"), sender=(4711, 1))
    rig.netlinks[0].send(KERNEL.replace(b"remove", b"forged"), sender=None)
    rig.netlinks[0].send(KERNEL)
    assert rig.hear() == UNPLUGGED


def test_lost_events_make_everybody_look_again(rig: Rig) -> None:
    rig.netlinks[0].send(OSError(errno.ENOBUFS, "No buffer space available"))
    assert rig.hear() is None
    rig.netlinks[0].send(KERNEL)
    assert rig.hear() == UNPLUGGED
    assert len(rig.netlinks) == 1


@pytest.mark.skipif(not os.access(KERNEL_SAYS, os.W_OK), reason="only root may have the kernel send events")
def test_the_kernel_s_own_queue_runs_over_and_everybody_looks_now_and_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def overfull() -> socket.socket:
        netlink = uevent.open_socket()
        for _ in range(2000):
            KERNEL_SAYS.write_text("change", "ascii")
        return netlink

    monkeypatch.setattr(hotplug, "SETTLE_SECONDS", 0.01)
    heard: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    stop = Listener(overfull).subscribe(heard.put)
    assert [heard.get(timeout=5) for _ in range(2)] == [None, None]
    stop()


def test_a_broken_socket_is_replaced_and_everybody_looks(monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    monkeypatch.setattr(hotplug, "REOPEN_SECONDS", 0.01)
    rig.netlinks[0].send(OSError(errno.EBADF, "Bad file descriptor"))
    assert rig.hear() is None
    assert rig.hear() is None
    assert rig.netlinks[0].closed
    rig.netlinks[1].send(KERNEL)
    while (event := rig.hear()) is None:
        pass
    assert event == UNPLUGGED


def test_one_more_look_comes_when_everything_has_settled(monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    monkeypatch.setattr(hotplug, "SETTLE_SECONDS", 0.01)
    rig.netlinks[0].send(KERNEL)
    assert [rig.hear(), rig.hear()] == [UNPLUGGED, None]


def test_a_failing_subscriber_does_not_silence_the_others(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_event: Event | None) -> None:
        msg = "broken"
        raise RuntimeError(msg)

    stop_failing = rig.listener.subscribe(fail)
    stop_other = rig.listener.subscribe(rig.heard.put)
    rig.netlinks[0].send(KERNEL)
    assert [rig.hear(), rig.hear()] == [UNPLUGGED, UNPLUGGED]
    stop_failing()
    stop_other()
    assert "a hotplug subscriber failed" in caplog.text


def test_the_thread_lives_from_the_first_subscriber_to_the_last() -> None:
    rig = Rig()
    stop_second = rig.listener.subscribe(rig.heard.put)
    assert any(thread.name == "hotplug" for thread in threading.enumerate())
    rig.stop()
    assert not rig.netlinks[0].closed
    stop_second()
    stop_second()
    assert rig.netlinks[0].closed
    assert not any(thread.name == "hotplug" for thread in threading.enumerate())


def test_without_netlink_subscribing_says_so() -> None:
    def refuse() -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    with pytest.raises(OSError, match="not supported"):
        Listener(refuse).subscribe(print)


def test_the_real_socket_opens_where_the_system_allows_it() -> None:
    try:
        netlink = uevent.open_socket()
    except OSError as error:
        pytest.skip(f"no kernel event socket here: {error}")
    assert netlink.getsockname()[1] == 1
    netlink.close()


def test_a_real_queue_that_ran_over_makes_everybody_look_and_forged_events_count_for_nothing() -> None:
    try:
        netlink, forger = uevent.open_socket(), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
        forger.sendto(KERNEL, (0, 1))
    except OSError as error:
        pytest.skip(f"only root may send to the kernel's event group: {error}")
    netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    with contextlib.suppress(OSError):
        for _ in range(5000):
            forger.sendto(KERNEL, (0, 1))
    heard: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    stop = Listener(lambda: netlink).subscribe(heard.put)
    assert heard.get(timeout=5) is None
    stop()
    forger.close()
    assert heard.empty()
