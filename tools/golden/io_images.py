"""Golden values for image decoding: JPEG and PNG files of every kind that is read, and their grey values.

Usage: python tools/golden/io_images.py FOLDER_WITH_NIH_IMAGES

Needs Pillow and numpy (tools/requirements-peers.txt). Writes into tests/golden/io. 16-bit and interlaced PNG are put together here by hand,
because Pillow clips 16-bit grey and writes no interlaced files; their grey values follow from the definition, round(v / 257) and ITU-R 601 luma.
"""

import pathlib
import shutil
import struct
import sys
import zlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "io"
NIH = ["00005618_000.jpg", "00002376_001.jpg", "00001568_000.jpg"]
HEIGHT, WIDTH = 21, 30
SIGNATURE = b"\x89PNG\r\n\x1a\n"
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def filtered(line, above, step, kind):
    """A row's bytes behind filter `kind` (PNG specification, section 9), and its byte in front."""
    left, corner = (np.concatenate([np.zeros(step, np.int64), row[:-step]]) for row in (line, above))
    estimate = left + above - corner
    distances = np.stack([abs(estimate - near) for near in (left, above, corner)])
    nearest = np.choose(distances.argmin(0), [left, above, corner])
    predicted = [0, left, above, (left + above) // 2, nearest, 0][kind]
    return bytes([kind]) + ((line - predicted) & 255).astype(np.uint8).tobytes()


def png(pixels, depth, colour, interlaced=False, extra=b"", filters=None):
    """`pixels`: height x width x samples, of uint8 or uint16. `filters`: taken in turn."""
    height, width = pixels.shape[:2]
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = b""
    for row, column, row_step, column_step in passes:
        part = pixels[row::row_step, column::column_step]
        lines = [np.frombuffer(line.astype(">u2" if depth == 16 else "u1").tobytes(), np.uint8).astype(np.int64) for line in part]
        for i, line in enumerate(lines):
            above = lines[i - 1] if i > 0 else np.zeros_like(line)
            raw += filtered(line, above, pixels.shape[2] * depth // 8, filters[i % len(filters)] if filters else 0)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return SIGNATURE + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def luma(rgb):
    rgb = rgb.astype(np.uint32)
    return ((19595 * rgb[..., 0] + 38470 * rgb[..., 1] + 7471 * rgb[..., 2] + 32768) >> 16).astype(np.uint8)


def put(name, content, grey):
    (OUT / name).write_bytes(content)
    (OUT / (name + ".grey")).write_bytes(np.ascontiguousarray(grey, np.uint8).tobytes())


def put_by_pillow(name, image, **options):
    image.save(OUT / name, **options)
    with Image.open(OUT / name) as back:
        (OUT / (name + ".grey")).write_bytes(back.convert("L").tobytes())
        if back.mode == "RGB":
            (OUT / (name + ".rgb")).write_bytes(back.tobytes())


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(NIH):
        shutil.copyfile(pathlib.Path(sys.argv[1]) / name, OUT / f"nih-{index}.jpg")
        with Image.open(OUT / f"nih-{index}.jpg") as image:
            image.convert("L").save(OUT / f"nih-{index}.png", optimize=True)

    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    smooth = np.stack([x * 8, y * 12, (x + y) * 5], -1).astype(np.uint8)
    random = np.random.default_rng(7)
    noise = random.integers(0, 256, (HEIGHT, WIDTH, 4)).astype(np.uint8)
    noise16 = random.integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)

    put_by_pillow("colour-420.jpg", Image.fromarray(smooth), quality=90)
    put_by_pillow("colour-progressive.jpg", Image.fromarray(smooth), quality=90, progressive=True)
    one = Image.new("L", (1, 1), 200)
    one.save(OUT / "one.jpg", quality=95)
    one.save(OUT / "one.png")
    Image.fromarray(noise, "CMYK").save(OUT / "cmyk.jpg", quality=60)

    put_by_pillow("bits-1.png", Image.fromarray(noise[..., 0]).convert("1"))
    put_by_pillow("grey.png", Image.fromarray(noise[..., 0]))
    put_by_pillow("grey-alpha.png", Image.fromarray(noise[..., :2], "LA"))
    put_by_pillow("rgb.png", Image.fromarray(noise[..., :3]))
    put_by_pillow("rgb-alpha.png", Image.fromarray(noise, "RGBA"))
    put_by_pillow("palette.png", Image.fromarray(smooth).quantize(16))

    rounded16 = ((noise16.astype(np.uint32) + 128) // 257).astype(np.uint8)
    put("grey-16.png", png(noise16[..., :1], 16, 0), rounded16[..., 0])
    put("rgb-16.png", png(noise16, 16, 2), luma(rounded16))
    put("interlaced.png", png(noise[..., :1], 8, 0, interlaced=True), noise[..., 0])
    # Every filter, above and below every other one, in every kind of pixel.
    turns = [4, 4, 3, 1, 2, 3, 4, 0, 1, 4, 2, 4, 1, 3, 3, 2, 2, 1, 1, 0]
    for colour, samples in ((0, 1), (4, 2), (2, 3), (6, 4)):
        for depth in (8, 16):
            pixels = (np.concatenate([smooth, smooth[..., :1]], -1)[..., :samples].astype(np.uint32) << (depth - 8)) + noise16[..., :1] % 40
            pixels &= (1 << depth) - 1
            levels = (pixels + 128) // 257 if depth == 16 else pixels
            grey = luma(levels[..., :3].astype(np.uint8)) if samples >= 3 else levels[..., 0]
            put(f"filters-{depth}-{samples}.png", png(pixels, depth, colour, filters=turns), grey)
    (OUT / "filter-unknown.png").write_bytes(png(noise[..., :1], 8, 0, filters=[5]))
    # A gamma of 1.0 and a transparent colour must not change grey values.
    gamma = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"tRNS", struct.pack(">H", 3))
    put("gamma.png", png(noise[..., :1], 8, 0, extra=gamma), noise[..., 0])


main()
