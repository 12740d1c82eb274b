#pragma once

#include "radforge/generate/generation_plan.hpp"
#include "radforge/io/sample_record.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// How many images passed their check at each attempt, cell by cell: a pure function of the rows.
class CheckRates {
 public:
  /// `plan` outlives the object.
  CheckRates(const GenerationPlan& plan, std::int64_t num_attempts);

  /// A row that was made.
  void add(const SampleRecord& record);

  /// A line a cell: sex, age_group, race, view, findings, planned, passed_0, passed_1, ..., rejected: what is short.
  std::string csv() const;
  /// Sentences for people: pass rates by attempt, and where images are short.
  std::vector<std::string> summary() const;

 private:
  struct Cell {
    std::vector<std::int64_t> passed; ///< by attempt
    std::int64_t num_rejected = 0;
  };
  std::array<std::string, 5> names_of(std::size_t cell) const; ///< sex, age group, race, view, findings

  const GenerationPlan& plan_;
  std::vector<Cell> cells_;
};

} // namespace radforge
