"""Reads TensorBoard event files with Python alone: checksums, records and fields by their specifications, not by the writer."""

import pathlib
import struct


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def records(content):
    """The messages of a file; what a kill tore off at the end is left out, a wrong checksum before it is an error."""
    at = 0
    while len(content) - at >= 16:
        length, length_crc = struct.unpack_from("<QI", content, at)
        if len(content) - at < 16 + length:
            return
        data = content[at + 12 : at + 12 + length]
        (data_crc,) = struct.unpack_from("<I", content, at + 12 + length)
        for part, masked in ((content[at : at + 8], length_crc), (data, data_crc)):
            turned = (masked - 0xA282EAD8) & 0xFFFFFFFF
            assert crc32c(part) == (turned >> 17 | turned << 15) & 0xFFFFFFFF, f"checksum of the record at byte {at}"
        yield data
        at += 16 + length


def fields(message):
    """Number -> values of any message."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            value = varint()
        elif key & 7 == 2:
            length = varint()
            value, at = message[at : at + length], at + length
        else:
            kind, width = {1: ("<d", 8), 5: ("<f", 4)}[key & 7]
            (value,), at = struct.unpack_from(kind, message, at), at + width
        found.setdefault(key >> 3, []).append(value)
    return found


def read_events(folder):
    """(scalars, images): tag -> {step: value} and tag -> {step: PNG}, over all starts, as TensorBoard shows them."""
    scalars, images = {}, {}
    for path in sorted(pathlib.Path(folder).glob("events.out.tfevents.*")):
        for number, record in enumerate(records(path.read_bytes())):
            event = fields(record)
            assert (number == 0) == (event.get(3) == [b"brain.Event:2"]), (path, number)
            step = event.get(2, [0])[0]
            for session in map(fields, event.get(7, [])):
                assert session[1] == [1], session  # a start: later steps were discarded
                for steps in [*scalars.values(), *images.values()]:
                    for later in [other for other in steps if other >= step]:
                        del steps[later]
            for summary in map(fields, event.get(5, [])):
                for value in map(fields, summary.get(1, [])):
                    tag = value[1][0].decode()
                    if 2 in value:
                        scalars.setdefault(tag, {})[step] = value[2][0]
                    for image in map(fields, value.get(4, [])):
                        images.setdefault(tag, {})[step] = image[4][0]
    return scalars, images
