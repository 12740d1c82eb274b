"""The benchmark cases by name. A case is a function of a Workspace that returns a Result."""

from . import all_reduce, check_networks, checkpoints, classifier, data_wait, evaluation, generate, loader, manifest, prepare, ranks, safetensors_load, sampling, train_step, verify

CASES = {
    "prepare-256-to-64": prepare.run_256_to_64,
    "prepare-1024-to-512": prepare.run_1024_to_512,
    "loader-64": loader.run_64,
    "loader-256": loader.run_256,
    "verify": verify.run,
    "safetensors-load": safetensors_load.run,
    "manifest-565k": manifest.run,
    "data-wait": data_wait.run,
    "ranks": ranks.run,
    "checkpoint-stall": checkpoints.run_stall,
    "restart": checkpoints.run_restart,
    "all-reduce": all_reduce.run,
    "train-step": train_step.run,
    "classifier-step": classifier.run_step,
    "sweep": classifier.run_sweep,
    "sampling": sampling.run,
    "generate-ranks": generate.ranks,
    "generate-slow-rank": generate.slow_rank,
    "write-shards": generate.write_shards,
    "evaluate": evaluation.run,
    "check-networks": check_networks.run,
}
