#include "collective_checks.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

namespace {

void require_same_kind(const Buffer& in, const Buffer& out) {
  require(in.dtype == out.dtype && in.where == out.where, "both buffers of a collective have one element type and one place");
}

} // namespace

void require_root(const Communicator& communicator, int root) {
  require(root >= 0 && root < communicator.size(), "the root is a rank of the communicator");
}

void require_gather_sizes(const Communicator& communicator, const Buffer& in, const Buffer& out) {
  require_same_kind(in, out);
  require(out.count == in.count * static_cast<std::size_t>(communicator.size()), "all_gather: out.count == size() * in.count");
}

void require_scatter_sizes(const Communicator& communicator, const Buffer& in, const Buffer& out) {
  require_same_kind(in, out);
  require(in.count == out.count * static_cast<std::size_t>(communicator.size()),
          "reduce_scatter: in.count == size() * out.count");
}

} // namespace radforge
