#!/usr/bin/env bash
# usage: jobs/pipeline.sh [--dry-run] [CONFIGS] [-- OPTION OF SBATCH ...]
#
# Submits all jobs from images to the report, each to start when what it reads is there, and prints a line for each: its id, its stage,
# the jobs that it waits for. CONFIGS is a folder of configurations (configs/demo), named as below; a stage without one is left out. Options
# go to every sbatch, as `-- --account=abc --nodes=2`. What is finished takes seconds: after a stage has failed, the same command again.
# --dry-run prints the calls instead, which can be pasted into a shell.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dry_run=no
configs=configs/demo
options=()
while [ $# -gt 0 ]; do
  case $1 in
  --dry-run) dry_run=yes ;;
  --) options=("${@:2}") && break ;;
  -*) sed -n '2s/^# //p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
  *) configs=${1%/} ;;
  esac
  shift
done
declare -A jobs=() # of a stage; where it is left out, those that it would have waited for

fail() {
  echo "pipeline: $1" >&2
  exit 2
}

# stage NAME "STAGES THAT IT READS" JOB_FILE [CONFIG ...]
stage() {
  local name=$1 job_file=jobs/$3 input before job call=(sbatch --parsable --job-name="$1")
  before=$(for input in $2; do tr ' ' '\n' <<<"${jobs[$input]}"; done | awk 'NF && !seen[$0]++' | paste -sd:)
  shift 3
  local arguments=("${@/#/$configs/}")
  [ "$name" != report ] || arguments=("runs/${configs#*configs/}")
  if [ $# -gt 0 ] && [ ! -e "${arguments[0]}" ]; then
    echo "$name: left out (${arguments[0]} is not there)" >&2
    jobs[$name]=${before//:/ }
    return
  fi
  # A job whose work cannot begin any more, as one before it has failed, does not stay in the queue.
  [ -z "$before" ] || call+=(--dependency="afterok:$before" --kill-on-invalid-dep=yes)
  local shown="${call[*]}" words=("${options[@]}" "$job_file" "${arguments[@]}")
  call+=("${words[@]}")
  if [ $dry_run = yes ]; then
    echo "$name=\$($shown$(printf ' %q' "${words[@]}"))"
    job=\$$name
  elif job=$("${call[@]}"); then
    echo "$job $name${before:+ after ${before//:/ }}"
  else
    undo "$name"
  fi
  jobs[$name]=$job
}

# undo STAGE: as its job was refused, which Slurm has said why.
undo() {
  xargs -r scancel <<<"${jobs[*]}"
  fail "sbatch has refused $1 (its reason is above), and the jobs before it are cancelled. Give what this cluster takes behind --, or in the environment:
  account, QOS    -- --account=...    SBATCH_ACCOUNT, SBATCH_QOS
  partition       -- --partition=...  SBATCH_PARTITION; sinfo lists them
  GPUs, nodes     -- --gres=gpu:N     SBATCH_GRES; sinfo -o '%P %D %G' says what nodes have
  time limit      -- --time=...       SBATCH_TIMELIMIT; sinfo -o '%P %l' says what is allowed"
}

[[ /$configs == */configs/?* ]] || fail "the results of $configs have no folder of their own (it is not below a folder configs) move it, as configs/mine"
[ -d "$configs" ] || fail "there is no folder $configs (the configurations of the stages) name one, as configs/demo"
[ $dry_run = yes ] || command -v sbatch >/dev/null ||
  fail "sbatch is not in PATH (no Slurm here, or its module is not loaded) submit on a login node; make demo does the demo's work without Slurm"
source jobs/slurm/environment.sh
[ $dry_run = no ] || echo "source $cluster_file"

stage prepare "" prepare.sbatch prepare.yaml
stage autoencoder "prepare" train_diffusion.sbatch autoencoder.yaml
stage latents "autoencoder" prepare.sbatch latents.yaml
stage diffusion "latents" train_diffusion.sbatch diffusion.yaml
stage checks "prepare" pretrain_classifiers.sbatch checks.yaml # networks that look at what is generated
stage generate "diffusion checks" generate.sbatch generate.yaml
stage pretrain "generate" pretrain_classifiers.sbatch pretrain.yaml
stage finetune "pretrain" finetune_classifiers.sbatch finetune.yaml
stage evaluate "finetune" evaluate_sweep.sbatch evaluate.yaml
stage scaling "autoencoder checks" scaling_sweep.sbatch scaling.yaml scaling-fit.yaml
stage report "evaluate scaling" report.sbatch
