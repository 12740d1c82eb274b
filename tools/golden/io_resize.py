"""Golden values for resize: what Pillow's Image.resize makes of the images in tests/golden/io (run io_images.py first).

Usage: python tools/golden/io_resize.py

Needs Pillow and numpy (tools/requirements-peers.txt). File names say what was done: <image>-<filter>-<width>x<height>.png.
"""

import pathlib

from PIL import Image

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "io"
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS}
CASES = [("nih-0", name, (size, size)) for name in FILTERS for size in (64, 100, 128)]
CASES += [("nih-1", "bilinear", (64, 64)), ("nih-1", "bicubic", (100, 64)), ("nih-1", "lanczos", (64, 100))]
CASES += [("nih-2", "bilinear", (100, 100)), ("nih-2", "bicubic", (64, 64)), ("nih-2", "lanczos", (100, 100))]
CASES += [("rgb", name, size) for name in FILTERS for size in ((50, 40), (11, 21))]
COLOUR_CASES = [("rgb", name, size) for name in FILTERS for size in ((50, 40), (11, 21))]
COLOUR_CASES += [("tiny", name, (1024, 8)) for name in FILTERS]
COLOUR_CASES += [("strip", name, size) for name in FILTERS for size in ((3, 64), (1, 2))] + [("strip", "lanczos", (2, 1024))]


def main():
    strip = Image.new("L", (1, 9))
    strip.putdata([0, 255, 30, 200, 90, 90, 255, 0, 128])
    strip.save(OUT / "strip.png", optimize=True)
    with Image.open(OUT / "rgb.png") as image:
        image.crop((0, 0, 5, 3)).save(OUT / "tiny.png", optimize=True)
    for stem, name, size in COLOUR_CASES:
        with Image.open(OUT / f"{stem}.png") as image:
            image = image.convert("RGB")
            image.resize(size, FILTERS[name]).save(OUT / f"{stem}-colour-{name}-{size[0]}x{size[1]}.png", optimize=True)
    for stem, name, size in CASES:
        with Image.open(OUT / f"{stem}.png") as image:
            image = image.convert("L")
            image.resize(size, FILTERS[name]).save(OUT / f"{stem}-{name}-{size[0]}x{size[1]}.png", optimize=True)


main()
