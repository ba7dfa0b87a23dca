"""What a journal asks of the C library."""

import re
import subprocess
import sys

_PROGRAM = """
import ctypes, threading
from simulator.journal.allocator import few_arenas
limited = few_arenas()
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
