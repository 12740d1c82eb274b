"""Golden values of scaling-law fits by SciPy: tests/golden/metrics/scaling.json.

Noisy data sets of the two-variable law and of the power law of one variable, some with outliers; each is fitted by L-BFGS-B and
Nelder-Mead in all parameters at once from many starts, which is another road to the minimum than variable projection.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.optimize import minimize

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "metrics"
EXPONENTS = (0.01, 2.5)
STARTS = 40


def huber(residual, delta):
    size = np.abs(residual)
    return np.where(size <= delta, residual ** 2 / 2, delta * (size - delta / 2)).sum()


def law(theta, logs, sign):
    """Coefficients are of the sizes by their geometric mean, so that all parameters are of the order of one."""
    return theta[0] + sign * sum(theta[1 + 2 * k] * np.exp(-theta[2 + 2 * k] * log) for k, log in enumerate(logs))


def best_fit(generator, logs, values, delta, sign, relative):
    logs = [log - log.mean() for log in logs]
    unit = values if relative else np.ones_like(values)

    def objective(theta):
        return huber((values - law(theta, logs, sign)) / unit, delta)

    bounds = [(0, None)] + [(0, None), EXPONENTS] * len(logs)
    best = None
    for _ in range(STARTS):
        start = [generator.uniform(0, 1) * values.max()]
        for _ in logs:
            start += [generator.uniform(0.01, 1) * values.max(), np.exp(generator.uniform(*np.log((0.05, 2))))]
        found = minimize(objective, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
        if best is None or found.fun < best.fun:
            best = found
    for _ in range(6):  # without slopes: Huber's loss has kinks in its second derivative
        found = minimize(objective, best.x, method="Nelder-Mead", bounds=bounds,
                         options={"maxiter": 20000, "maxfev": 20000, "xatol": 1e-11, "fatol": 1e-18, "adaptive": True})
        if found.fun < best.fun:
            best = found
    return best.fun, law(best.x, logs, sign), best.x


def surface(generator, number):
    truth = (generator.uniform(0.5, 2), generator.uniform(0.2, 0.6), generator.uniform(0.2, 0.6))
    n = np.repeat(np.logspace(7, 7 + generator.uniform(2, 3.5), 4 + number % 3), 5)
    d = np.tile(np.logspace(8, 8 + generator.uniform(2, 4), 5), 4 + number % 3)
    values = truth[0] + generator.uniform(0.5, 2) * (n / 1e7) ** -truth[1] + generator.uniform(0.5, 2) * (d / 1e8) ** -truth[2]
    return [n, d], values * (1 + (0.003, 0.01, 0.03)[number % 3] * generator.standard_normal(len(values)))


def curve(generator, number, sign):
    size = np.logspace(2, 2 + generator.uniform(2, 4), 8 + number)
    fall = generator.uniform(0.2, 0.4) * (size / 1e2) ** -generator.uniform(0.2, 0.8)
    return [size], 0.9 + sign * fall + 0.004 * generator.standard_normal(len(size))


def cases():
    generator = np.random.default_rng(11)
    for number in range(20):
        sign, relative = 1, True
        if number < 12:
            sizes, values = surface(generator, number)
        else:
            sign, relative = (-1, False) if number % 2 else (1, True)
            sizes, values = curve(generator, number - 12, sign)
        if number % 4 == 3:
            values[generator.integers(len(values))] *= 1.1
        delta = (0.001, 0.005, 0.02)[number // 2 % 3]
        objective, fitted, _ = best_fit(generator, [np.log(size) for size in sizes], values, delta, sign, relative)
        yield {"sizes": [size.tolist() for size in sizes], "values": values.tolist(), "rising": sign < 0, "huber_delta": delta,
               "objective": objective, "fitted": fitted.tolist()}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "scaling.json").write_text(json.dumps({"made_by": f"tools/golden/metrics_scaling.py, SciPy {scipy.__version__}",
                                                     "cases": list(cases())}) + "\n", encoding="utf-8")
