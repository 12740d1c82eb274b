#include "collective_checks.hpp"
#include "radforge/comm/communicator.hpp"
#include "radforge/core/error.hpp"

#include <cstdlib>
#include <cstring>

namespace radforge {

namespace {

class NoWork final : public Work {
 public:
  bool done() override { return true; }
  void wait() override {}
};

class SelfCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void all_reduce(Buffer, ReduceOp) override {}
  std::unique_ptr<Work> start_all_reduce(Buffer, ReduceOp) override { return std::make_unique<NoWork>(); }
  void broadcast(Buffer, int root) override { require_root(*this, root); }

  void all_gather(Buffer in, Buffer out) override {
    require_gather_sizes(*this, in, out);
    copy(in, out);
  }

  void reduce_scatter(Buffer in, Buffer out, ReduceOp) override {
    require_scatter_sizes(*this, in, out);
    copy(in, out);
  }

  void barrier() override {}
  std::unique_ptr<Communicator> split(int) override { return make_self_communicator(); }

  // Not std::exit: other threads may be anywhere, and must not meet static objects that are being destroyed.
  void abort(int exit_code) override { std::_Exit(exit_code); }

 private:
  static void copy(const Buffer& in, const Buffer& out) {
    if (in.count == 0 || in.data == out.data) {
      return;
    }
    require(in.where == Place::host, "the self communicator copies host memory only; use one buffer for in and out");
    std::memmove(out.data, in.data, in.bytes());
  }
};

} // namespace

std::unique_ptr<Communicator> make_self_communicator() { return std::make_unique<SelfCommunicator>(); }

} // namespace radforge
