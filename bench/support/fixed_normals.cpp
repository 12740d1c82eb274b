#include "fixed_normals.hpp"

#include "radforge/nn/keyed_random.hpp"

namespace radforge {

at::Tensor fixed_normals(std::uint64_t id, std::int64_t batch, const std::vector<std::int64_t>& shape) {
  std::vector<RandomKey> keys;
  for (std::int64_t i = 0; i < batch; ++i) {
    keys.push_back({7, Stream::noise, id, static_cast<std::uint32_t>(i)});
  }
  return keyed_normals(keys, shape);
}

} // namespace radforge
