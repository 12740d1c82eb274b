#include "command.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace radforge {

std::span<const Command> commands() {
  static constexpr std::array table{
      Command{"prepare", "CONFIG.yaml", "site tables and images, or images and a model -> verified shards",
              "mpirun -n 2 --bind-to none radforge prepare configs/demo/prepare.yaml", run_prepare},
      Command{"train", "CONFIG.yaml", "train a model (task: autoencoder, diffusion, classifier)",
              "mpirun -n 2 --bind-to none radforge train configs/demo/diffusion.yaml --set train.steps=400 --output runs/short",
              run_train},
      Command{"generate", "CONFIG.yaml", "cohort -> plan -> synthetic shards and a contact sheet",
              "mpirun -n 2 --bind-to none radforge generate configs/demo/generate.yaml --set cohort.num_images=1200",
              run_generate},
      Command{"evaluate", "CONFIG.yaml",
              "how good classifiers are, and for whom, or images, or what grows with size (task: classification, image-quality, "
              "scaling)",
              "radforge evaluate --predictions data/nih-predictions/predictions.csv.gz --output runs/nih", run_evaluate},
      Command{"sweep", "[status] FILE", "many runs as one job, each in its folder; status: what became of them",
              "mpirun -n 2 --bind-to none radforge sweep configs/demo/finetune.yaml", run_sweep},
      Command{"report", "FOLDER...", "folders of results -> one HTML page with plots and tables; of two, side by side",
              "radforge report runs/demo --output report.html", run_report},
      Command{"import", "SOURCE", "a pipeline folder of diffusers or a single-file checkpoint -> a pipeline folder",
              "radforge import stable-diffusion-2-1-base --output runs/base", run_import},
      Command{"export", "FOLDER", "a pipeline, or a data set -> a folder for others, with a card",
              "radforge export runs/demo/diffusion --output my-model --set precision=bf16", run_export},
      Command{"plan", "CONFIG.yaml", "parameters and memory of a training run, or of a pipeline folder",
              "radforge plan configs/train/roentgen-v2.yaml --cluster configs/clusters/juwels-booster.yaml", run_plan},
      Command{"inspect", "FOLDER", "what is in a data set or a pipeline folder", "radforge inspect runs/demo/generate --sheet",
              run_inspect},
      Command{"verify", "FOLDER", "check every digest of a data set; --deep: decode every image as well",
              "radforge verify runs/demo/generate --deep", run_verify},
      Command{"repair", "FOLDER", "make the damaged shards of a data set again, to the same bytes",
              "radforge repair runs/demo/generate", run_repair},
      Command{"config", "CONFIG.yaml", "check a configuration and print it with every default filled in",
              "radforge config configs/demo/diffusion.yaml --set train.steps=400", run_config},
      Command{"doctor", "", "check the nodes, ranks, network and output folder of this machine or allocation",
              "srun radforge doctor --ranks-per-node 4 --output runs/mine", run_doctor},
  };
  return table;
}

const Command& command_of_task(const std::string& task) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> table{{{"images", "prepare"},
                                                                                       {"latents", "prepare"},
                                                                                       {"autoencoder", "train"},
                                                                                       {"diffusion", "train"},
                                                                                       {"classifier", "train"},
                                                                                       {"generation", "generate"},
                                                                                       {"classification", "evaluate"},
                                                                                       {"image-quality", "evaluate"},
                                                                                       {"scaling", "evaluate"}}};
  const auto entry = std::ranges::find(table, task, [](const auto& pair) { return pair.first; });
  if (entry == table.end()) {
    throw ConfigError("task '{}' cannot be a run of a sweep (it makes no folder of its own) take it out", task);
  }
  return *std::ranges::find(commands(), entry->second, [](const Command& command) { return std::string_view(command.name); });
}

} // namespace radforge
