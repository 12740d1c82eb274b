"""Random access over a data set's shards by torch's DataLoader over h5py; prints what bench_loader prints.

usage: load_images.py DATASET WORKERS BATCH EPOCHS

The first epoch is untimed: workers start and open their shards in it, and the digest is taken from it.
"""

import json
import pathlib
import sys
import time
import zlib

import h5py
import torch


class Shards(torch.utils.data.Dataset):
    """Opens a shard when a worker first needs it, and keeps it open."""

    def __init__(self, folder: pathlib.Path):
        index = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        self.folder = folder
        self.rows_per_shard = index["rows_per_shard"]
        self.num_rows = index["num_rows"]
        self.files = [shard["file"] for shard in index["shards"]]
        self.images: list[h5py.Dataset | None] = [None] * len(self.files)

    def __len__(self) -> int:
        return self.num_rows

    def __getitem__(self, i: int) -> tuple[int, torch.Tensor]:
        shard, row = divmod(i, self.rows_per_shard)
        if self.images[shard] is None:
            self.images[shard] = h5py.File(self.folder / self.files[shard])["images"]
        return i, torch.from_numpy(self.images[shard][row])


def digest_of(ids: torch.Tensor, pixels: torch.Tensor) -> int:
    return sum(zlib.crc32(image.numpy(), zlib.crc32(int(i).to_bytes(8, "little"))) for i, image in zip(ids, pixels))


def main() -> None:
    folder, workers, batch_size, epochs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(1)
    loader = torch.utils.data.DataLoader(Shards(folder), batch_size=batch_size, shuffle=True, num_workers=workers,
                                         persistent_workers=True)
    digest = sum(digest_of(ids, pixels) for ids, pixels in loader)
    count = 0
    start = time.perf_counter()
    for _ in range(epochs):
        for ids, _pixels in loader:
            count += len(ids)
    print(json.dumps({"images": count, "seconds": time.perf_counter() - start, "digest": digest}))


main()
