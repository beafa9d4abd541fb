"""The heap is trimmed after growth, and not all the time."""

import mmap
from pathlib import Path

from serve_app.hosting.resident import PAUSE_S, SLACK_BYTES, Heap, resident_bytes, trim_heap


class Process:
    """A process whose memory and clock a test sets; a trim leaves it with what is in use."""

    def __init__(self, resident):
        self.resident = resident
        self.used = resident
        self.now = 0.0
        self.trims = 0

    def trim(self):
        self.trims += 1
        self.resident = self.used

    def heap(self):
        return Heap(lambda: self.resident, self.trim, lambda: self.now)


def test_growth_beyond_the_slack_is_given_back():
    process = Process(SLACK_BYTES)
    heap = process.heap()
    process.resident += SLACK_BYTES
    heap.settle()
    assert process.trims == 0
    process.resident += 1
    heap.settle()
    assert (process.trims, process.resident) == (1, SLACK_BYTES)


def test_growth_counts_from_the_least_that_was_held_since_the_last_trim():
    process = Process(10 * SLACK_BYTES)
    heap = process.heap()
    process.resident = process.used = 2 * SLACK_BYTES  # a large page's memory has been released
    heap.settle()
    process.resident = 3 * SLACK_BYTES + 1
    heap.settle()
    assert process.trims == 1


def test_a_process_that_needs_more_is_not_trimmed_at_each_call():
    process = Process(0)
    heap = process.heap()
    process.now = 1.0
    for _ in range(3):
        process.used += 2 * SLACK_BYTES
        process.resident = process.used
        heap.settle()
    assert process.trims == 1
    process.now += PAUSE_S
    heap.settle()
    assert process.trims == 2


def test_what_is_free_in_the_heap_goes_back_to_the_system():
    size, count = 64 << 10, 1000  # too small to be mapped one by one
    pieces = [bytearray(b"\x01") * size for _ in range(count)]
    last = bytearray(b"\x01") * size  # holds the heap's end
    held = resident_bytes()
    pieces.clear()
    trim_heap()
    assert resident_bytes() < held - size * count // 2
    assert len(last) == size


def test_resident_memory_is_what_the_kernel_says():
    block = mmap.mmap(-1, 64 << 20)
    before = resident_bytes()
    block.write(b"\x01" * len(block))
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    assert abs(resident_bytes() - (int(line.split()[1]) << 10)) < 32 << 20
    assert resident_bytes() - before > 48 << 20
    block.close()
