#include "../../../src/train/traced_communicator.hpp"

#include "../../../src/train/kineto_trace.hpp"

#include "mpi_world.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "torch_catch.hpp"

using namespace radforge;

namespace {

std::vector<float> numbers(int count, int rank) {
  std::vector<float> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), static_cast<float>(rank));
  return values;
}

} // namespace

TEST_CASE("collectives that are traced give what they give else") {
  Communicator& world = test_world();
  SpanLog log;
  TracedCommunicator traced(world, log);
  CHECK(traced.rank() == world.rank());
  CHECK(traced.size() == world.size());
  const auto size = static_cast<std::size_t>(world.size());
  for (Communicator* ranks : {&world, static_cast<Communicator*>(&traced)}) {
    std::vector<float> sums = numbers(5, world.rank());
    ranks->all_reduce(buffer_of(std::span(sums)), ReduceOp::sum);
    CHECK(sums[4] == Approx(4 * world.size() + world.size() * (world.size() - 1) / 2));
    std::vector<float> started = numbers(5, world.rank());
    ranks->start_all_reduce(buffer_of(std::span(started)), ReduceOp::sum)->wait();
    CHECK(started == sums);
    std::vector<float> sent = numbers(3, world.rank());
    ranks->broadcast(buffer_of(std::span(sent)), 0);
    CHECK(sent == numbers(3, 0));
    std::vector<float> mine = numbers(1, world.rank());
    std::vector<float> all(size);
    ranks->all_gather(buffer_of(std::span(mine)), buffer_of(std::span(all)));
    CHECK(all == numbers(world.size(), 0));
    ranks->reduce_scatter(buffer_of(std::span(all)), buffer_of(std::span(mine)), ReduceOp::sum);
    CHECK(mine[0] == Approx(world.rank() * world.size()));
    ranks->barrier();
    CHECK(ranks->split(0)->size() == world.size());
  }
}

TEST_CASE("a trace names each collective with its bytes, and a started one lasts until it was seen to be done") {
  SpanLog log;
  TracedCommunicator traced(test_world(), log);
  KinetoTrace trace(at::kCPU);
  trace.start();
  log.open();
  std::vector<float> one = numbers(6, 0);
  std::vector<double> other(3);
  std::vector<float> dropped = numbers(2, 0);
  const auto started = SpanLog::Clock::now();
  const std::unique_ptr<Work> polled = traced.start_all_reduce(buffer_of(std::span(one)), ReduceOp::sum);
  traced.all_reduce(buffer_of(std::span(other)), ReduceOp::max);
  while (!polled->done()) {
  }
  polled->wait();
  const auto done = SpanLog::Clock::now();
  traced.start_all_reduce(buffer_of(std::span(dropped)), ReduceOp::sum).reset();
  trace.stop();
  const std::vector<SpanLog::Span> spans = log.close();

  REQUIRE(spans.size() == 2);
  CHECK(spans[0].numbers == SpanLog::Numbers{{"bytes", 24}});
  CHECK(started <= spans[0].start);
  CHECK(spans[0].start <= spans[0].end);
  CHECK(spans[0].end <= done);
  CHECK(spans[1].numbers == SpanLog::Numbers{{"bytes", 8}});
  std::vector<std::string> names;
  std::ranges::transform(trace.named_spans(), std::back_inserter(names), &NamedSpan::name);
  CHECK(names == std::vector<std::string>{"collective: started all-reduce (sum, 24 bytes of f32)",
                                          "collective: all-reduce (max, 24 bytes of f64)",
                                          "collective: started all-reduce (sum, 8 bytes of f32)"});
}
