#pragma once

#include "radforge/io/csv.hpp"
#include "radforge/models/ldm_checkpoint.hpp"

#include "golden.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace radforge {

/// An LDM checkpoint, and what diffusers makes of it (tests/golden/models/ldm).
struct LdmGolden {
  struct Piece {
    std::string part;
    std::string name;
    std::vector<std::int64_t> shape;
    double first_value = 0;
  };
  StateDict tensors;
  std::vector<Piece> pieces;

  std::vector<Piece> of(const std::string& part) const {
    std::vector<Piece> found;
    std::copy_if(pieces.begin(), pieces.end(), std::back_inserter(found), [&](const Piece& p) { return p.part == part; });
    return found;
  }
};

inline std::filesystem::path ldm_folder() { return std::filesystem::path(RADFORGE_GOLDEN_DIR) / "models/ldm"; }

inline std::vector<std::int64_t> ldm_shape(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::int64_t>(stream), {}};
}

/// Tiny checkpoints: the elements of all tensors are numbered through, so that each value tells its place. Full-sized ones: the
/// elements of a tensor are one number in memory, that of the tensor.
inline LdmGolden read_ldm_golden(const std::string& name) {
  const CsvTable table = CsvTable::read(ldm_folder() / (name + ".csv.gz"));
  const auto cell = [&](std::size_t row, const char* column) { return table.cell(row, table.column(column)); };
  const bool tiny = name.starts_with("tiny");
  LdmGolden golden;
  std::int64_t start = 0;
  std::int64_t next = 0;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    const std::vector<std::int64_t> shape = ldm_shape(cell(row, "ldm_shape"));
    if (at::Tensor& tensor = golden.tensors[cell(row, "ldm")]; !tensor.defined()) {
      start = next;
      const at::Tensor scalar = at::full({}, static_cast<double>(start), at::kFloat);
      const at::Tensor counted = scalar.expand(shape);
      next = tiny ? start + counted.numel() : start + 1;
      tensor = tiny ? at::arange(start, next, at::kFloat).reshape(shape) : counted;
    }
    if (const std::string part = cell(row, "part"); !part.empty()) {
      const std::int64_t first = tiny ? std::stoll(cell(row, "first")) : 0;
      golden.pieces.push_back({part, cell(row, "name"), ldm_shape(cell(row, "shape")), static_cast<double>(start + first)});
    }
  }
  return golden;
}

/// diffusers' configuration of a checkpoint: lists as words with a space between.
inline std::map<std::string, std::string> read_ldm_configuration(const std::string& name) {
  const CsvTable table = CsvTable::read(ldm_folder() / "configurations.csv");
  std::map<std::string, std::string> values;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    if (table.cell(row, table.column("case")) == name) {
      values[table.cell(row, table.column("key"))] = table.cell(row, table.column("value"));
    }
  }
  return values;
}

} // namespace radforge
