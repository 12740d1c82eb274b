#!/usr/bin/env python3
"""Writes tests/golden/run/events.bin: TFRecords of tensorflow.Event messages, by an encoder of its own. Needs nothing but Python.

The checksum is computed bit by bit and held to the test vectors of RFC 3720. Where the package `tensorboard` is installed (it is one of
the pinned peers), its own reader has to find the same events in the file, and drop those that the session's start takes back.
"""

import pathlib
import struct
import sys
import tempfile

PATH = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "run" / "events.bin"
TIME = 1700000000.25


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def record(data):
    def masked(part):
        crc = crc32c(part)
        return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def varint(value):
    value &= (1 << 64) - 1
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def field(number, value):
    """A message's field: int as a varint, ("f" or "d", number) as 4 or 8 bytes, text and bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, tuple):
        return varint(number << 3 | {"f": 5, "d": 1}[value[0]]) + struct.pack("<" + value[0], value[1])
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def event(step, *what):
    return record(field(1, ("d", TIME)) + field(2, step) + b"".join(what))


def scalars(step, **values):
    return event(step, field(5, b"".join(field(1, field(1, tag) + field(2, ("f", value))) for tag, value in values.items())))


def check_by_tensorboard(content):
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        print("not checked by TensorBoard: the package tensorboard is not installed", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        version = record(field(1, ("d", TIME)) + field(3, "brain.Event:2"))
        pathlib.Path(folder, "events.out.tfevents.000001.radforge").write_bytes(version + content)
        found = EventAccumulator(folder).Reload()
        assert [(entry.step, entry.value) for entry in found.Scalars("loss")] == [(10, 0.25), (300, 0.125)], found.Scalars("loss")
        assert [entry.step for entry in found.Scalars("lr")] == [10], found.Scalars("lr")
    print("TensorBoard reads the same events")


assert crc32c(bytes(32)) == 0x8A9136AA and crc32c(b"\xff" * 32) == 0x62A8AB43 and crc32c(bytes(range(32))) == 0x46DD794E
CONTENT = b"".join([
    scalars(10, loss=0.25, lr=0.001),
    scalars(300, loss=0.5, lr=float("inf")),
    event(11, field(7, field(1, 1))),  # the run goes on from step 10
    scalars(300, loss=0.125),
    scalars(2**40, rate=-1e30),
])
PATH.parent.mkdir(parents=True, exist_ok=True)
PATH.write_bytes(CONTENT)
check_by_tensorboard(CONTENT)
