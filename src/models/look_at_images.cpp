#include "radforge/models/look_at_images.hpp"

#include "radforge/comm/agreement.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace radforge {

namespace {

constexpr std::size_t images_of_block = 32; // the sums of a convolution may depend on it

} // namespace

at::Tensor image_bytes(const Mixture& data, std::span<const std::int64_t> ids) {
  const DatasetSchema& schema = data.schema();
  at::Tensor bytes = at::zeros({static_cast<std::int64_t>(ids.size()), schema.height, schema.width, schema.channels}, at::kByte);
  const std::span<std::uint8_t> values(bytes.mutable_data_ptr<std::uint8_t>(), ids.size() * schema.num_bytes());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    data.values(ids[i], values.subspan(i * schema.num_bytes(), schema.num_bytes()));
  }
  return bytes;
}

at::Tensor look_at_images(const Mixture& data, std::span<const std::int64_t> ids,
                          const std::function<at::Tensor(const at::Tensor& bytes)>& look, Communicator& ranks,
                          const std::function<void(std::int64_t)>& progress) {
  struct Block {
    std::int64_t first;
    at::Tensor outputs;
  };
  std::vector<Block> own;
  agree(ranks, [&] {
    std::int64_t num_done = 0;
    const std::size_t stride = images_of_block * static_cast<std::size_t>(ranks.size());
    for (std::size_t first = images_of_block * static_cast<std::size_t>(ranks.rank()); first < ids.size(); first += stride) {
      const auto block = ids.subspan(first, std::min(images_of_block, ids.size() - first));
      own.push_back({static_cast<std::int64_t>(first), look(image_bytes(data, block))});
      num_done += static_cast<std::int64_t>(block.size());
      progress(num_done);
    }
  });
  const std::int64_t num_outputs = all_max(ranks, own.empty() ? 0 : own.front().outputs.size(1));
  at::Tensor all = at::zeros({static_cast<std::int64_t>(ids.size()), num_outputs}, at::kFloat);
  for (const Block& block : own) {
    all.narrow(0, block.first, block.outputs.size(0)).copy_(block.outputs);
  }
  const std::span<float> values(all.mutable_data_ptr<float>(), static_cast<std::size_t>(all.numel()));
  ranks.all_reduce(buffer_of(values), ReduceOp::sum); // every other rank has zeros there
  return all;
}

} // namespace radforge
