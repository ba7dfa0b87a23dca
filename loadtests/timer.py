"""Waiting for an instant without spinning: timerfd where Linux offers it, the event loop's timer elsewhere."""

import contextlib
import ctypes
import os
import time
from typing import Final, Protocol

import gevent

_MONOTONIC: Final = 1
_ABSOLUTE: Final = 1
_FLAGS: Final = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_SHORTEST_NS: Final = 15_000
"""Below this a timer costs more than the wait; yielding once to the loop is as exact."""


class Timer(Protocol):
    """Something that suspends the calling greenlet until an instant of the monotonic clock."""

    def wait_until(self, instant_ns: int) -> None:
        """Come back at ``instant_ns``, or soon after."""

    def close(self) -> None:
        """Give back what the timer holds."""


class _Spec(ctypes.Structure):
    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


class TimerFd:
    """A Linux timerfd watched by the event loop: exact to some tens of microseconds."""

    def __init__(self, libc: ctypes.CDLL) -> None:
        self._libc = libc
        self._fd = libc.timerfd_create(_MONOTONIC, _FLAGS)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._hub = gevent.get_hub()
        self._watcher = self._hub.loop.io(self._fd, 1)
        self._spec = _Spec()

    def wait_until(self, instant_ns: int) -> None:
        """Come back at ``instant_ns``, or soon after."""
        if instant_ns - time.monotonic_ns() < _SHORTEST_NS:
            gevent.sleep(0)
            return
        self._spec.value_s, self._spec.value_ns = divmod(instant_ns, 1_000_000_000)
        self._libc.timerfd_settime(self._fd, _ABSOLUTE, ctypes.byref(self._spec), None)
        self._hub.wait(self._watcher)
        with contextlib.suppress(BlockingIOError):
            os.read(self._fd, 8)

    def close(self) -> None:
        """Close the descriptor."""
        self._watcher.stop()
        self._watcher.close()
        os.close(self._fd)


class LoopTimer:
    """The event loop's own timer: exact to about a millisecond."""

    def wait_until(self, instant_ns: int) -> None:
        """Come back at ``instant_ns``, or soon after."""
        gevent.sleep(max(0.0, (instant_ns - time.monotonic_ns()) / 1e9))

    def close(self) -> None:
        """Nothing is held."""


def timer() -> Timer:
    """The most exact timer this system offers."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.timerfd_create  # noqa: B018  asking is how ctypes looks a symbol up
        return TimerFd(libc)
    except (AttributeError, OSError, TypeError):
        return LoopTimer()
