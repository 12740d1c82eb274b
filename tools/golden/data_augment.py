#!/usr/bin/env python3
"""usage: .deps/peers/bin/python tools/golden/data_augment.py     Writes tests/golden/data/augment/cases.txt.

Images moved by PyTorch's affine_grid and grid_sample: each case is a line of height, width, channels, shift_x, shift_y, rotation in
degrees, scale and flip, and a line of the pixels that come out. Pixel i of the original is (37 i + 11) modulo 256.
"""

import math
import pathlib

import torch

CASES = [
    # height, width, channels, shift_x, shift_y, rotation, scale, flip
    (9, 7, 1, 0.0, 0.0, 0.0, 1.0, 0),
    (9, 7, 1, 0.125, -0.3, 0.0, 1.0, 0),
    (9, 7, 1, 0.0, 0.0, 17.0, 1.0, 0),
    (8, 8, 1, 0.0, 0.0, 90.0, 1.0, 0),
    (8, 8, 3, 0.05, 0.1, -12.5, 1.2, 0),
    (8, 10, 3, -0.2, 0.05, 33.0, 0.8, 1),
    (16, 16, 1, 0.07, -0.02, 5.0, 1.1, 1),
]


def move(height, width, channels, shift_x, shift_y, rotation, scale, flip):
    pixels = (torch.arange(height * width * channels) * 37 + 11) % 256
    image = pixels.reshape(1, height, width, channels).permute(0, 3, 1, 2).double()
    angle = math.radians(rotation)
    c, s = math.cos(angle) / scale, math.sin(angle) / scale
    # Pixels from the centre, then to the grid's coordinates, which run from -1 to 1 over each side.
    mirror = -1 if flip else 1
    rows = [[mirror * c, mirror * -s], [s, c]]
    dx, dy = shift_x * width, shift_y * height
    theta = torch.tensor(
        [
            [rows[0][0], rows[0][1] * height / width, -(rows[0][0] * dx + rows[0][1] * dy) * 2 / width],
            [rows[1][0] * width / height, rows[1][1], -(rows[1][0] * dx + rows[1][1] * dy) * 2 / height],
        ],
        dtype=torch.double,
    )
    grid = torch.nn.functional.affine_grid(theta[None], image.shape, align_corners=False)
    moved = torch.nn.functional.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return (moved + 0.5).floor().clamp(0, 255).byte().permute(0, 2, 3, 1).flatten().tolist()


def main():
    lines = []
    for case in CASES:
        lines.append(" ".join(map(str, case)))
        lines.append(" ".join(map(str, move(*case))))
    target = pathlib.Path(__file__).parents[2] / "tests/golden/data/augment/cases.txt"
    target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
