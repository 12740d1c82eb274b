"""Both sides' fastest batch, then turns of all sides, and the numbers of the page."""

from harness.alternate import alternate
from harness.process import ProgramFailed
from harness.result import Result, Series, ratio
from harness.workspace import numbers

from .cases import FAST_ENOUGH, SHARE, Case, Setting

FORMS = ("eager", "compile")


def fastest_batch(batches, count: int, measure) -> tuple[int, dict]:
    """The batch with most images a second, and what each gave; a batch that the card has no memory for is left out, and larger ones."""
    found = {}
    for batch in batches:
        try:
            found[batch] = measure(batch, count)
        except ProgramFailed as failure:
            if not found or "out of memory" not in str(failure).lower():
                raise
            break
    return max(found, key=lambda batch: found[batch]["images"] / found[batch]["seconds"]), found


def run(setting: Setting, case: Case, forms: tuple[str, ...], only_batch: int | None) -> Result:
    batches = (only_batch,) if only_batch else (2, 4) if setting.rehearsal else case.batches
    count = 1 if setting.rehearsal else case.count
    made = case.prepare(setting, max(batches))
    measures = {"radforge": lambda batch, number: numbers(case.ours(setting, made, batch, number))}
    for form in forms:
        measures[f"{case.peer_name}, {form}"] = (
            lambda batch, number, form=form: numbers(case.peer(setting, made, form, batch, number)))

    chosen, tried = {}, {}
    for name, measure in measures.items():
        chosen[name], tried[name] = fastest_batch(batches, max(1, count // 4), measure)
    checks = [f"beside {name}: {case.check(tried['radforge'][batches[0]], tried[name][batches[0]])}" for name in measures if name != "radforge"]
    found = alternate(setting.workspace.rounds, {name: lambda _turn, name=name: measures[name](chosen[name], count) for name in measures},
                      warm_up=False)

    ours = found["radforge"]
    flop, products = ours[0]["flop_per_image"], [turn["matmul_flops"] for turn in ours]
    rates = {name: Series(f"{name}, batch {chosen[name]}", "images/s", [turn["images"] / turn["seconds"] for turn in turns],
                          at_least=case.goal if name == "radforge" and not setting.rehearsal else None) for name, turns in found.items()}
    series = list(rates.values())
    for name in measures:
        if name != "radforge":
            wanted = FAST_ENOUGH if name.endswith("compile") and not setting.rehearsal else None
            series.append(ratio(f"radforge / {name}", rates["radforge"], rates[name], at_least=wanted))
    for name, rate in rates.items():
        series.append(Series(f"{name}: arithmetic", "TFLOP/s", [value * flop / 1e12 for value in rate.values]))
        series.append(Series(f"{name}: share of the products' rate", "", [value * flop / peak for value, peak in zip(rate.values, products, strict=True)],
                             at_least=SHARE if name == "radforge" and not setting.rehearsal else None))
        series.append(Series(f"{name}: peak of the card's memory", "GB", [turn["device_peak_bytes"] / 1e9 for turn in found[name]]))
    series.append(Series("products of bf16 matrices, 8192 x 8192" if not setting.rehearsal else "products of fp32 matrices", "TFLOP/s",
                         [peak / 1e12 for peak in products]))
    notes = [f"images/s with {name}, a batch of " + ", ".join(f"{batch}: {turn['images'] / turn['seconds']:.4g}" for batch, turn in turns.items())
             + " (each side then takes its fastest)" for name, turns in tried.items()]
    if problem := ours[0].get("recording_problem"):
        notes.append(f"radforge launched kernel by kernel: {problem}")
    return Result(about=case.about, parameters={"rounds": setting.workspace.rounds, "steps": count, "precision": setting.precision,
                                                "TFLOP_an_image": round(flop / 1e12, 4)},
                  series=series, checks=checks, notes=notes)
