#pragma once

#include <csetjmp>
#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace radforge {

/// In which order the threads of a block, and the blocks of a grid, get their turns. Kernels must not depend on it.
enum class TurnOrder { forward, backward, shuffled };

inline std::vector<unsigned> turns_of(unsigned count, TurnOrder order, unsigned seed) {
  std::vector<unsigned> turns(count);
  std::iota(turns.begin(), turns.end(), 0U);
  if (order == TurnOrder::backward) {
    std::reverse(turns.begin(), turns.end());
  } else if (order == TurnOrder::shuffled) {
    std::shuffle(turns.begin(), turns.end(), std::mt19937(seed));
  }
  return turns;
}

/// The threads of one block of a CUDA kernel, each with a stack of its own, all on this thread of the CPU: each runs until it
/// waits at the block's barrier or ends, then the next one has its turn. What is missing of barriers shows when the order
/// changes. A turn is given by _setjmp and _longjmp: swapcontext() asks the kernel for the signal mask each time.
class BlockOnHost {
 public:
  explicit BlockOnHost(unsigned num_threads) : fibers_(num_threads) {
    for (Fiber& fiber : fibers_) {
      fiber.stack = std::make_unique_for_overwrite<std::byte[]>(stack_bytes);
    }
  }

  /// Runs `work(thread)` for each thread. Errors: runtime_error (some threads wait at a barrier when others have ended), after
  /// which the block is of no use.
  void run(const std::function<void(unsigned)>& work, TurnOrder order, unsigned seed) {
    work_ = &work;
    std::ranges::for_each(fibers_, [](Fiber& fiber) { fiber.ended = false; });
    const auto ended = [](const Fiber& fiber) { return fiber.ended; };
    while (!std::ranges::all_of(fibers_, ended)) {
      std::ranges::for_each(turns_of(static_cast<unsigned>(fibers_.size()), order, seed++),
                            [this](unsigned thread) { go_on_with(thread); });
      if (std::ranges::any_of(fibers_, ended) && !std::ranges::all_of(fibers_, ended)) {
        throw std::runtime_error("a barrier that some threads of the block do not reach");
      }
    }
  }

  /// The barrier, called by the thread whose turn it is.
  void wait() {
    if (_setjmp(fibers_[thread_].place) == 0) {
      _longjmp(scheduler_, 1);
    }
  }

  unsigned thread() const { return thread_; }

  /// One of so many threads, kept for the next kernel: whoever takes it puts it back.
  static std::map<unsigned, std::unique_ptr<BlockOnHost>>& kept() {
    thread_local std::map<unsigned, std::unique_ptr<BlockOnHost>> blocks;
    return blocks;
  }

  /// The block whose thread has its turn.
  static BlockOnHost*& running() {
    thread_local BlockOnHost* block = nullptr;
    return block;
  }

 private:
  static constexpr std::size_t stack_bytes = 1 << 15;

  struct Fiber {
    std::unique_ptr<std::byte[]> stack;
    std::jmp_buf place{}; ///< where it goes on
    bool has_begun = false;
    bool ended = false; ///< with the work of this run; it waits for the next one's
  };

  void go_on_with(unsigned thread) {
    thread_ = thread;
    running() = this;
    if (_setjmp(scheduler_) == 0) {
      Fiber& fiber = fibers_[thread];
      fiber.has_begun ? _longjmp(fiber.place, 1) : begin(fiber);
    }
  }

  static void begin(Fiber& fiber) {
    fiber.has_begun = true;
    ucontext_t context{};
    getcontext(&context);
    context.uc_stack = {.ss_sp = fiber.stack.get(), .ss_flags = 0, .ss_size = stack_bytes};
    makecontext(&context, &BlockOnHost::enter, 0);
    setcontext(&context);
  }

  static void enter() {
    BlockOnHost& block = *running();
    const unsigned thread = block.thread_;
    while (true) {
      (*block.work_)(thread);
      block.fibers_[thread].ended = true;
      block.wait();
    }
  }

  std::vector<Fiber> fibers_;
  std::jmp_buf scheduler_{};
  const std::function<void(unsigned)>* work_ = nullptr;
  unsigned thread_ = 0;
};

} // namespace radforge
