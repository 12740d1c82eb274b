#include "launcher.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace radforge {

namespace {

std::optional<int> number(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) {
    return std::nullopt;
  }
  const std::string_view view(text);
  int value = 0;
  const auto [end, problem] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (problem != std::errc() || end != view.data() + view.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

std::optional<int> first_number(std::initializer_list<const char*> variables) {
  for (const char* variable : variables) {
    if (const auto value = number(variable)) {
      return value;
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<LauncherPlace> find_launcher() {
  // SLURM_PROCID is 0 in a batch script too; the step's number is not there.
  const bool slurm_step = number("SLURM_STEP_ID").has_value() || number("SLURM_STEPID").has_value();
  auto rank = first_number({"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"});
  if (!rank && slurm_step) {
    rank = number("SLURM_PROCID");
  }
  if (!rank) {
    return std::nullopt;
  }
  auto size = first_number({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"});
  if (!size && slurm_step) {
    size = number("SLURM_STEP_NUM_TASKS");
  }
  return LauncherPlace{*rank, size.value_or(*rank + 1)};
}

} // namespace radforge
