"""What a journal asks of the C library."""

import asyncio
import re
import subprocess
import sys
import threading
from pathlib import Path

from simulator.journal.app import build_app
from simulator.journal.settings import Settings

_PROGRAM = """
import ctypes, threading
from simulator.journal.allocator import steady
limited = steady()
blocks, held = [], threading.Barrier(17)
def take():
    blocks.append(ctypes.CDLL(None).malloc(1000))
    held.wait()
threads = [threading.Thread(target=take) for _ in range(16)]
for thread in threads: thread.start()
held.wait()
for thread in threads: thread.join()
ctypes.CDLL(None).malloc_stats()
print(limited)
"""


def test_threads_share_two_arenas() -> None:
    """However many threads ask for memory, glibc deals it out of two arenas."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    assert len(re.findall(r"^Arena \d+:", done.stderr, re.MULTILINE)) <= 2


_LARGE = """
import ctypes
from simulator.journal.allocator import LARGE, steady
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks mapped a b c d e f".split()]
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes, libc.mallinfo2.restype = ctypes.c_void_p, [ctypes.c_void_p], Info
print(steady())
libc.free(libc.malloc(20 * LARGE))
before = libc.mallinfo2().mapped
libc.malloc(2 * LARGE)
print(libc.mallinfo2().mapped - before)
blocks = [libc.malloc(LARGE // 2) for _ in range(16)]
print(libc.mallinfo2().mapped - before)
held = libc.mallinfo2().arena
for block in blocks: libc.free(block)
print(held - libc.mallinfo2().arena)
"""


def test_a_large_block_is_the_kernel_s_again_whatever_was_freed_before() -> None:
    """A large block is mapped by itself; smaller ones, as sockets are read into, are not, and their room is kept."""
    done = subprocess.run([sys.executable, "-c", _LARGE], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n1\n1\n0\n"


_GIVING_BACK = """
import ctypes, time
from pathlib import Path
from simulator.journal.allocator import GivingBack, steady
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
steady()
before = resident()
blocks = [libc.malloc(100_000) for _ in range(400)]
for block in blocks: ctypes.memset(ctypes.c_void_p(block), 1, 100_000)
for block in blocks[:-1]: libc.free(ctypes.c_void_p(block))
print(resident() - before)
giving = GivingBack(every=0.01)
until = time.monotonic() + 20
while resident() - before > 4_000_000 and time.monotonic() < until: time.sleep(0.01)
giving.close()
print(resident() - before)
"""


def test_room_that_nothing_is_in_is_given_back() -> None:
    """Forty megabytes below a block that is still in use are the kernel's again, where glibc alone would keep them."""
    done = subprocess.run([sys.executable, "-c", _GIVING_BACK], capture_output=True, text=True, check=True)
    kept, left = map(int, done.stdout.split())
    assert kept > 35_000_000
    assert left < 4_000_000


def test_a_journal_gives_back_for_as_long_as_it_serves(tmp_path: Path) -> None:
    """The thread that gives back is there while a journal serves, and gone when it has ended."""
    app = build_app(Settings(tmp_path))

    def giving() -> bool:
        return "journal-memory" in {thread.name for thread in threading.enumerate()}

    async def life() -> bool:
        async with app.router.lifespan_context(app):
            return giving()

    assert asyncio.run(life())
    assert not giving()
