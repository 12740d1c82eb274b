"""The benchmark cases by suite and name. A case is a function of a Workspace that returns a Result.

Short cases are those of `make bench`, which takes about 25 minutes for all of them; a long one of the same name with "-all" has every variant.
"""

from . import (all_reduce, check_networks, checkpoint, checkpoints, classifier, data_wait, evaluation, fairness, generate, growth,
               loader, loader_webdataset, manifest, network, prepare, quality, ranks, read_shards, safetensors_load, sampling,
               startup, tokenizer, train_ranks, train_step, vae, verify)

SHORT = {
    "prepare-256-to-64": prepare.run_256_to_64,
    "loader-64": loader.run_64,
    "safetensors-load": safetensors_load.run,
    "write-shards": generate.write_shards,
    "all-reduce": all_reduce.run,
    "train-step": train_step.run,
    "classifier-step": classifier.run_step,
    "sampling": sampling.run,
    "evaluate": evaluation.run,
    "vae": vae.run,
    "train-ranks": train_ranks.run,
    "startup": startup.run,
    "loader-webdataset": loader_webdataset.run,
    "read-shards": read_shards.run,
    "checkpoint": checkpoint.run,
    "tokenizer": tokenizer.run,
    "fid": quality.run,
    "fairness": fairness.run,
}
LONG = {
    "prepare-1024-to-512": prepare.run_1024_to_512,
    "loader-256": loader.run_256,
    "verify": verify.run,
    "manifest-565k": manifest.run,
    "data-wait": data_wait.run,
    "ranks": ranks.run,
    "checkpoint-stall": checkpoints.run_stall,
    "restart": checkpoints.run_restart,
    "train-step-all": train_step.run_all,
    "classifier-step-all": classifier.run_all_steps,
    "sampling-all": sampling.run_all,
    "evaluate-all": evaluation.run_all,
    "sweep": classifier.run_sweep,
    "generate-ranks": generate.ranks,
    "generate-slow-rank": generate.slow_rank,
    "all-reduce-network": network.all_reduce,
    "plan": network.plan,
    "growth-model": growth.model,
    "growth-batch": growth.batch,
    "growth-images": growth.images,
    "growth-ranks": growth.ranks,
    "growth-draws": growth.draws,
    "check-networks": check_networks.run,
}
CASES = SHORT | LONG
