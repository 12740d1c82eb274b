#pragma once

#include "radforge/data/mixture.hpp"

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// Patients that trained something, by digests of "namespace/number", and what trained it whose patients are not known. A run
/// writes the file beside its model, a generated data set carries that of its model: so everything that a chain of models has
/// seen is in the file at its end, and a leak into an evaluation can be found.
class PatientSet {
 public:
  static constexpr const char* file_name = "training_patients.txt";

  PatientSet() = default;
  /// What the training part of `data` has seen: its patients, and those that trained the models its sources come from.
  explicit PatientSet(const Mixture& data);

  void add(const std::string& patient);
  /// Those of the model at `path`: a run's folder, its result, or a part or a file of that. Without a list of patients `path` is
  /// noted as of unknown ones. Errors: DataError (a damaged list), IoError.
  void add_origin(const std::filesystem::path& path);
  /// Errors: IoError.
  void write(const std::filesystem::path& folder) const;

  bool contains(const std::string& patient) const;
  std::size_t size() const { return digests_.size(); }
  /// What took part in the training and says nothing of its patients.
  const std::set<std::string>& unknown_origins() const { return unknown_origins_; }

 private:
  bool read_from(const std::filesystem::path& folder);

  std::set<std::string> digests_; ///< XXH3-128, 32 hex digits
  std::set<std::string> unknown_origins_;
};

} // namespace radforge
