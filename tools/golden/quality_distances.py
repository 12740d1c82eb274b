"""Golden values of distances between sets of images: tests/golden/quality/distances.json.

FID with SciPy's sqrtm, KID with scikit-learn's polynomial kernel, precision, recall, density and coverage by the package of the authors
(prdc), MS-SSIM by torchmetrics, blurred images by SciPy. Features are multiples of 1/8; the images are a formula, which the tests have too.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
import torch
import torchmetrics
from prdc import compute_prdc
from scipy.linalg import sqrtm
from scipy.ndimage import gaussian_filter
from sklearn.metrics.pairwise import polynomial_kernel
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as ms_ssim

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "quality"
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def frechet(x, y):
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    return np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(a + b - 2 * np.real(sqrtm(a @ b)))


def kernel(x, y):
    def k(u, v):
        return polynomial_kernel(u, v, degree=3, gamma=1 / x.shape[1], coef0=1)

    n, m = len(x), len(y)
    xx, yy = k(x, x), k(y, y)
    return (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * k(x, y).mean()


def sets():
    """More images than features, fewer, sets far apart, one inside the other, correlated features."""
    generator = np.random.default_rng(8)
    for n, m, d, shift, scale in ((60, 50, 6, 0.2, 1.0), (12, 14, 24, 0.5, 1.2), (40, 30, 4, 5.0, 0.5), (50, 45, 5, 0.0, 0.25)):
        mix = generator.standard_normal((d, d))
        for correlated in (False, True):
            x, y = generator.standard_normal((n, d)), shift + scale * generator.standard_normal((m, d))
            x, y = (x @ mix, y @ mix) if correlated else (x, y)
            yield np.round(8 * x) / 8, np.round(8 * y) / 8


def image(side, channels, number):
    """Waves, which all share, a grid and grain; bytes."""
    c, y, x = np.meshgrid(np.arange(channels), np.arange(side), np.arange(side), indexing="ij")
    wave, grid, grain = (x * x // 37 + 2 * y) % 128, (x // 9 + y // 7 + c) % 2, (7 * x + 13 * y + number * x * y) % 32
    return (wave + (15 + 8 * number) * grid + grain).astype(np.uint8)


def pairs():
    for side in (11, 32, 45, 64, 100, 176, 200):
        for channels in (1, 3):
            for a, b in ((0, 1), (2, 2), (1, 4)):
                yield side, channels, a, b


def likeness(side, channels, a, b):
    scales = sum(side // 2**i >= 11 for i in range(5))
    weights = np.array(WEIGHTS[:scales]) / (sum(WEIGHTS[:scales]) if scales < 5 else 1)
    x, y = (torch.from_numpy(image(side, channels, number))[:, None].double() for number in (a, b))
    if scales == 1:  # torchmetrics wants two for its multi-scale function
        from torchmetrics.functional.image import structural_similarity_index_measure as ssim

        return float(ssim(x, y, data_range=255.0, reduction="none").clamp(min=0).mean())
    return float(ms_ssim(x, y, data_range=255.0, betas=tuple(weights), reduction="none").mean())


distances = []
for x, y in sets():
    k = 3
    distances.append({"real": x.tolist(), "synthetic": y.tolist(), "k": k, "fid": frechet(x, y), "kernel_distance": kernel(x, y),
                      **{name: float(value) for name, value in compute_prdc(x, y, nearest_k=k).items()}})
similarity = [{"side": side, "channels": channels, "a": a, "b": b, "ms_ssim": likeness(side, channels, a, b)}
              for side, channels, a, b in pairs()]
blur = [{"channels": channels, "sigma": sigma,
         "pixels": [round(float(v), 5) for v in
                    gaussian_filter(image(32, channels, 1).astype(float), (0, sigma, sigma), mode="mirror").transpose(1, 2, 0).ravel()]}
        for channels in (1, 3) for sigma in (0.7, 2.0)]
FOLDER.mkdir(parents=True, exist_ok=True)
made_by = (f"tools/golden/quality_distances.py, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, prdc 0.2, "
           f"torchmetrics {torchmetrics.__version__}")
(FOLDER / "distances.json").write_text(json.dumps({"made_by": made_by, "distances": distances, "ms_ssim": similarity, "blur": blur}) + "\n",
                                       encoding="utf-8")
