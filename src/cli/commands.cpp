#include "command.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace radforge {

std::span<const Command> commands() {
  static constexpr std::array table{
      Command{"prepare", "CONFIG.yaml", "site tables and images, or images and a model -> verified shards", run_prepare},
      Command{"train", "CONFIG.yaml", "train a model (task: autoencoder, diffusion, classifier)", run_train},
      Command{"generate", "CONFIG.yaml", "cohort -> plan -> synthetic shards and a contact sheet", run_generate},
      Command{"evaluate", "CONFIG.yaml",
              "how good classifiers are, and for whom, or images, or what grows with size (task: classification, image-quality, "
              "scaling)",
              run_evaluate},
      Command{"sweep", "[status] FILE", "many runs as one job, each in its folder; status: what became of them", run_sweep},
      Command{"report", "FOLDER...", "folders of results -> one HTML page with plots and tables; of two, side by side",
              run_report},
      Command{"import", "SOURCE", "a pipeline folder of diffusers or a single-file checkpoint -> a pipeline folder", run_import},
      Command{"export", "FOLDER", "a pipeline, or a data set -> a folder for others, with a card", run_export},
      Command{"plan", "CONFIG.yaml", "parameters and memory of a training run, or of a pipeline folder", run_plan},
      Command{"inspect", "FOLDER", "what is in a data set or a pipeline folder", run_inspect},
      Command{"verify", "FOLDER", "check every digest of a data set; --deep: decode every image as well", run_verify},
      Command{"repair", "FOLDER", "make the damaged shards of a data set again, to the same bytes", run_repair},
      Command{"config", "CONFIG.yaml", "check a configuration and print it with every default filled in", run_config},
      Command{"doctor", "", "check the nodes, ranks, network and output folder of this machine or allocation", run_doctor},
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
