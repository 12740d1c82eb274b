#include "radforge/data/loader.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace radforge {

/// Workers take steps in order and put each batch, or the error in its place, into `ready`; `next` takes them out in order.
struct Loader::State {
  struct Result {
    Batch batch;
    std::exception_ptr error;
  };

  const Mixture& mixture;
  Sampler sampler;
  const Augmenter augmenter;
  const Options options;

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::int64_t, Result> ready;
  std::int64_t next_in;  ///< step that a worker takes next
  std::int64_t next_out; ///< step that `next` hands out next
  bool stop = false;
  double wait_s = 0;
  std::vector<std::thread> workers;

  State(const Mixture& mixture_, Sampler sampler_, Augmenter augmenter_, Options options_)
      : mixture(mixture_), sampler(std::move(sampler_)), augmenter(augmenter_), options(options_), next_in(options.first_step),
        next_out(options.first_step) {}

  ~State() {
    {
      std::lock_guard lock(mutex);
      stop = true;
      changed.notify_all();
    }
    for (std::thread& worker : workers) {
      worker.join();
    }
  }

  Result read(std::int64_t step, std::vector<SampleTurn> turns) const {
    const LoggedSpan span(options.spans, "loader", "read a batch", {{"step", step + 1}});
    try {
      const DatasetSchema& schema = mixture.schema();
      const std::size_t bytes = schema.num_bytes();
      Batch batch{step, std::move(turns), {}};
      batch.values.resize(batch.turns.size() * bytes);
      for (std::size_t i = 0; i < batch.turns.size(); ++i) {
        const auto values = std::span(batch.values).subspan(i * bytes, bytes);
        mixture.values(batch.turns[i].id, values);
        augmenter.apply(batch.turns[i], schema, values);
      }
      return {std::move(batch), nullptr};
    } catch (...) {
      return {{}, std::current_exception()};
    }
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || next_in == options.last_step || next_in < next_out + options.num_ahead; });
      if (stop || next_in == options.last_step) {
        return;
      }
      const std::int64_t step = next_in++;
      std::vector<SampleTurn> turns = sampler.slice(step, options.rank, options.num_ranks);
      lock.unlock();
      Result result = read(step, std::move(turns));
      lock.lock();
      ready.emplace(step, std::move(result));
      changed.notify_all();
    }
  }
};

Loader::Loader(const Mixture& mixture, Sampler sampler, Augmenter augmenter, Options options) {
  require(options.first_step <= options.last_step, "steps in order");
  require(options.rank >= 0 && options.rank < options.num_ranks, "a rank below the number of ranks");
  require(options.num_threads >= 1 && options.num_ahead >= 1, "at least one thread and one batch ahead");
  state_ = std::make_unique<State>(mixture, std::move(sampler), augmenter, options);
  for (int i = 0; i < options.num_threads; ++i) {
    state_->workers.emplace_back([state = state_.get()] { state->work(); });
  }
}

Loader::~Loader() = default;

Batch Loader::next() {
  const Stopwatch watch;
  std::unique_lock lock(state_->mutex);
  require(state_->next_out < state_->options.last_step, "a call of Loader::next for each step only");
  state_->changed.wait(lock, [&] { return state_->ready.count(state_->next_out) > 0; });
  state_->wait_s += watch.seconds();
  const auto found = state_->ready.find(state_->next_out);
  if (found->second.error) {
    std::rethrow_exception(found->second.error); // kept: a further call throws it again
  }
  Batch batch = std::move(found->second.batch);
  state_->ready.erase(found);
  ++state_->next_out;
  state_->changed.notify_all();
  return batch;
}

double Loader::wait_s() const {
  std::lock_guard lock(state_->mutex);
  return state_->wait_s;
}

} // namespace radforge
