"""How well the demo's check networks tell sex, view and age of patients that they have not seen: three seeds on three splits."""

import datetime
import json
import statistics

from harness.result import Result, Series
from harness.workspace import TOP, Workspace

from . import demo

NUMBERS = (1, 2, 3)
# Ridge regression on 32 x 32 pixels of the same radiographs reaches these: sex of adults, AP against PA, years of error.
FLOORS = {"sex": 0.827, "view": 0.959, "age": 11.7}


def run(workspace: Workspace) -> Result:
    for split in NUMBERS:
        workspace.product("prepare", demo.config(workspace, "prepare"), "--set", f"seed={split}", "--output",
                          workspace.folder(f"split-{split}"), ranks=2)
    steps = {"sex": workspace.scaled(1800, 3), "view": workspace.scaled(900, 3), "age": workspace.scaled(900, 3)}
    path = workspace.scratch / "check-networks.yaml"
    runs = "\n".join(f"  - {{name: {label}, config: {TOP / 'configs' / 'demo' / label}.yaml, set: [train.steps={steps[label]}]}}"
                     for label in FLOORS)
    values = "\n".join(f"      - name: {number}" for number in NUMBERS)
    path.write_text(f"""task: sweep
set: ["data.sources.0.dataset={workspace.scratch}/split-{{split}}", "predict=[validation, test]"]
axes:
  - name: split
    values:
{values}
  - name: seed
    key: seed
    values:
{values}
runs:
{runs}
""", encoding="utf-8")
    out = workspace.folder("check-networks")
    workspace.product("sweep", path, "--output", out, ranks=2)
    names = {label: [f"{label}-{split}-{seed}" for split in NUMBERS for seed in NUMBERS] for label in FLOORS}
    found = {label: [json.loads(workspace.peer("held_out", out / name / "pipeline/predictions.h5").output) for name in names[label]]
             for label in FLOORS}
    minutes = [seconds(out / name) / 60 for label in FLOORS for name in names[label]]
    series = [Series(f"{label}: AUROC of held-out patients", "", [one["auroc"] for one in found[label]]) for label in ("sex", "view")]
    series += [Series("age: mean error of held-out patients", "years", [one["error"] for one in found["age"]]),
               Series("sex: mean of nine", "", [statistics.mean(series[0].values)], at_least=0.965),
               Series("view: mean of nine", "", [statistics.mean(series[1].values)], at_least=FLOORS["view"]),
               Series("age: mean of nine", "years", [statistics.mean(one["error"] for one in found["age"])], at_most=FLOORS["age"]),
               Series("minutes of a run, one thread beside another run", "min", minutes, at_most=6)]
    return Result(
        about=f"configs/demo/sex.yaml, view.yaml and age.yaml on data/open-cxr: nine runs each, three seeds on three splits by "
              "patient. Held out are the validation and test patients, a fifth. AUROC and error are scikit-learn's, of predictions.h5.",
        parameters={"steps": str(steps), "images": found["sex"][0]["images"]}, series=series)


def seconds(folder) -> float:
    """From the start of a run to its end, of run.json."""
    start = json.loads((folder / "run.json").read_text(encoding="utf-8"))["starts"][-1]
    begin, end = (datetime.datetime.fromisoformat(start[key].replace("Z", "+00:00")) for key in ("started", "ended"))
    return (end - begin).total_seconds()
