#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace radforge {

/// How far a device's numbers are from the CPU's.
struct ParityRow {
  std::string what;
  double error = 0; ///< largest difference over the largest number; of bits, the share of values that differ
  double bound = 0; ///< what is allowed

  bool holds() const { return error <= bound; } // of NaN it does not
};

/// Random numbers, models forward and backward, and the optimizer, on a device and on the CPU, and twice on the device. A minute.
/// Errors: CommunicationError.
std::vector<ParityRow> measure_parity(at::Device device);

/// A line a row, then the verdict; ends in a newline.
std::string parity_table(const std::vector<ParityRow>& rows);

} // namespace radforge
