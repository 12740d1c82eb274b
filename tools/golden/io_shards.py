"""Golden shards made by h5py: one as docs/data-format.md says, and some that break one rule each. Into tests/golden/io.

Usage: python tools/golden/io_shards.py

Needs h5py and numpy (tools/requirements-peers.txt).
"""

import pathlib
import zlib

import h5py
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "io"
WIDTHS = {"source": 128, "patient": 64, "split": 16, "sex": 8, "age_group": 16, "race": 64, "view": 16, "prompt": 512, "status": 16}
ROWS = 2
IMAGES = np.arange(ROWS * 24, dtype=np.uint8).reshape(ROWS, 4, 6)


def text(values, width):
    return np.array([v.encode() for v in values], dtype=h5py.string_dtype("utf-8", width))


def columns():
    result = {
        "images": dict(data=IMAGES, chunks=(1, 4, 6), compression="gzip"),
        "id": dict(data=np.arange(ROWS, dtype="<i8")),
        "age": dict(data=np.array([-1, 61.5], "<f4")),
        "findings": dict(data=np.array([[1, -1], [0, 1]], "i1")),
    }
    values = {"sex": ["F", "M"], "view": ["PA", "AP"], "prompt": ["", "caf\u00e9"], "status": ["ok", "ok"]}
    for name, width in WIDTHS.items():
        result[name] = dict(data=text(values.get(name, ["", ""]), width))
    for column in result.values():
        column.setdefault("chunks", column["data"].shape)
        column.setdefault("compression", "gzip")
    return result


def write(name, made, version=1, first_id=0):
    with h5py.File(OUT / name, "w", libver=("v110", "v110")) as file:
        file.attrs["schema_version"] = version
        file.attrs["first_id"] = first_id
        for column, options in made.items():
            if options is not None:
                file.create_dataset(column, track_times=False, **options)
        if made.get("findings"):
            file["findings"].attrs["names"] = text(["Edema", "Mass"], 5)


def change(name, column, **options):
    made = columns()
    made[column] = {**made[column], **options}
    write(name, made)


def change_chunk(name, stored=None, skipped_filters=0):
    """The chunk of `age`, two float32, is missing or holds these bytes."""
    write(name, {**columns(), "age": dict(shape=(ROWS,), dtype="<f4", chunks=(ROWS,), compression="gzip")})
    if stored is not None:
        with h5py.File(OUT / name, "r+", libver=("v110", "v110")) as file:
            file["age"].id.write_direct_chunk((0,), stored, skipped_filters)


def main():
    write("peer.h5", columns())
    write("version-2.h5", columns(), version=2)
    write("hostile-attribute.h5", columns(), first_id=np.arange(100))
    write("hostile-missing.h5", {**columns(), "view": None})
    change("hostile-chunks.h5", "images", chunks=(2, 4, 6))
    change("hostile-filter.h5", "images", compression=None, shuffle=True)
    change("hostile-type.h5", "images", data=IMAGES.astype("<u2"))
    change("hostile-column.h5", "sex", data=text(["F", "M"], 9))
    change("hostile-length.h5", "age", data=np.zeros(3, "<f4"), chunks=(3,))
    change("hostile-ids.h5", "id", data=np.array([0, 7], "<i8"))
    huge = {"images": dict(shape=(1 << 40, 4, 6), dtype="u1", chunks=(1, 4, 6), compression="gzip")}
    write("hostile-rows.h5", {**columns(), **huge})
    outside = dict(shape=IMAGES.shape, dtype="u1", external=[("/dev/zero", 0, IMAGES.nbytes)])
    write("hostile-external.h5", {**columns(), "images": outside})
    change_chunk("hostile-absent.h5")
    change_chunk("hostile-short.h5", zlib.compress(bytes(7)))
    change_chunk("hostile-long.h5", zlib.compress(bytes(9)))
    change_chunk("hostile-raw.h5", bytes(8), skipped_filters=1)
    with h5py.File(OUT / "other.h5", "w") as file:
        file["x"] = 1


main()
