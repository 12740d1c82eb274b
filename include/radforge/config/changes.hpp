#pragma once

#include <string>
#include <vector>

namespace radforge {

/// What a changed key of a training run's configuration does to a run that goes on with it.
enum class ChangeKind {
  harmless, ///< nothing to the numbers: how often, how long, how much is kept, where files lie
  rounding, ///< the same mathematics, other bits
  meaning,  ///< another run: model, data, objective, optimizer, seed; every key that is not known to be one of the others
};

struct ConfigChange {
  std::string key;    ///< "train.steps", "data.sources.0.weight"
  std::string before; ///< as YAML in one line; "(absent)" where there was no such key
  std::string after;
  ChangeKind kind = ChangeKind::meaning;

  bool operator==(const ConfigChange&) const = default;
};

/// What differs between two resolved configurations (dump_config) of a training run, in the order of keys of `after`, then what
/// is gone. More steps are harmless, fewer are not. Errors: ConfigError for a text that is no configuration.
std::vector<ConfigChange> config_changes(const std::string& before, const std::string& after);

/// One change a line: "  train.steps: 30 -> 60".
std::string changes_text(const std::vector<ConfigChange>& changes);

/// The changes of one kind.
std::vector<ConfigChange> changes_of_kind(const std::vector<ConfigChange>& changes, ChangeKind kind);

} // namespace radforge
