#include "radforge/data/sampler.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <set>

using namespace radforge;

namespace {

std::vector<std::int64_t> ids_from(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), first);
  return ids;
}

std::vector<SampleTurn> sequence(Sampler& sampler, std::int64_t num_steps) {
  std::vector<SampleTurn> turns;
  for (std::int64_t step = 0; step < num_steps; ++step) {
    const std::vector<SampleTurn> batch = sampler.batch(step);
    CHECK(static_cast<std::int64_t>(batch.size()) == sampler.batch_size());
    turns.insert(turns.end(), batch.begin(), batch.end());
  }
  return turns;
}

} // namespace

TEST_CASE("each epoch is a permutation of all samples, and epochs follow without a gap") {
  const auto [count, batch_size] = GENERATE(table<std::size_t, std::int64_t>({{10, 3}, {7, 7}, {1, 4}, {5, 12}, {100, 16}}));
  Sampler sampler(ids_from(1000, count), batch_size, 5);
  const std::vector<SampleTurn> turns = sequence(sampler, 30);
  std::vector<std::vector<std::int64_t>> orders;
  for (std::size_t first = 0; first + count <= turns.size(); first += count) {
    std::vector<std::int64_t> order;
    for (std::size_t i = first; i < first + count; ++i) {
      CHECK(turns[i].epoch == first / count);
      order.push_back(turns[i].id);
    }
    orders.push_back(order);
    std::sort(order.begin(), order.end());
    CHECK(order == ids_from(1000, count));
  }
  if (count >= 10) {
    CHECK(orders[0] != orders[1]);
  }
}

TEST_CASE("ranks' slices concatenate to the global batch, whether or not the ranks divide it") {
  const int num_ranks = GENERATE(1, 2, 3, 4);
  const std::int64_t batch_size = GENERATE(12, 7, 2);
  Sampler sampler(ids_from(0, 31), batch_size, 9);
  for (std::int64_t step = 0; step < 12; ++step) {
    std::vector<SampleTurn> joined;
    for (int rank = 0; rank < num_ranks; ++rank) {
      const std::vector<SampleTurn> slice = sampler.slice(step, rank, num_ranks);
      CHECK(static_cast<std::int64_t>(slice.size()) >= batch_size / num_ranks);
      CHECK(static_cast<std::int64_t>(slice.size()) <= batch_size / num_ranks + 1);
      joined.insert(joined.end(), slice.begin(), slice.end());
    }
    CHECK(joined == sampler.batch(step));
  }
}

TEST_CASE("a step's batch does not depend on the steps before: a run may resume anywhere") {
  Sampler all(ids_from(0, 17), 5, 3);
  const std::vector<SampleTurn> late = all.batch(20);
  sequence(all, 5);
  CHECK(all.batch(20) == late);
  CHECK(Sampler(ids_from(0, 17), 5, 3).batch(20) == late);
}

TEST_CASE("the order depends on the seed, and is the one promised") {
  CHECK(Sampler(ids_from(0, 50), 50, 1).batch(0) != Sampler(ids_from(0, 50), 50, 2).batch(0));
  std::vector<std::int64_t> order;
  for (const SampleTurn& turn : Sampler(ids_from(0, 12), 12, 1).batch(0)) {
    order.push_back(turn.id);
  }
  // From an independent program: a change here would change every trained model.
  CHECK(order == std::vector<std::int64_t>{1, 3, 8, 5, 10, 4, 7, 9, 11, 0, 2, 6});
}

TEST_CASE("every place of a permutation is equally likely") {
  constexpr int num_epochs = 4000;
  Sampler sampler(ids_from(0, 4), 4, 11);
  int counts[4][4] = {};
  for (std::int64_t step = 0; step < num_epochs; ++step) {
    const std::vector<SampleTurn> batch = sampler.batch(step);
    for (std::size_t i = 0; i < 4; ++i) {
      ++counts[i][batch[i].id];
    }
  }
  for (const auto& row : counts) {
    for (const int count : row) {
      CHECK(count == Approx(num_epochs / 4).margin(140)); // 5 standard deviations
    }
  }
}

TEST_CASE("sources have their shares of any number of places, and each is a sequence of epochs") {
  const std::vector<double> weights =
      GENERATE(std::vector<double>{1, 1}, std::vector<double>{3, 1}, std::vector<double>{0.1, 0.65, 0.25});
  std::vector<SamplerSource> sources;
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sources.push_back({ids_from(static_cast<std::int64_t>(1000 * i), 7 + i), weights[i]});
    total += weights[i];
  }
  Sampler sampler(sources, 12, 5);
  const std::vector<SampleTurn> turns = sequence(sampler, 50);
  std::vector<std::vector<SampleTurn>> of_source(weights.size());
  for (std::size_t place = 0; place < turns.size(); ++place) {
    of_source[static_cast<std::size_t>(turns[place].id / 1000)].push_back(turns[place]);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double share = static_cast<double>(place + 1) * weights[i] / total;
      CHECK(static_cast<double>(of_source[i].size()) == Approx(share).margin(static_cast<double>(weights.size()) - 1));
    }
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t count = 7 + i;
    for (std::size_t first = 0; first + count <= of_source[i].size(); first += count) {
      std::vector<std::int64_t> order;
      for (std::size_t j = first; j < first + count; ++j) {
        CHECK(of_source[i][j].epoch == first / count);
        order.push_back(of_source[i][j].id);
      }
      std::sort(order.begin(), order.end());
      CHECK(order == ids_from(static_cast<std::int64_t>(1000 * i), count));
    }
  }
}

TEST_CASE("mixed batches are the same from any step on and in any number of slices") {
  const std::vector<SamplerSource> sources{{ids_from(0, 13), 2}, {ids_from(100, 5), 1}, {ids_from(200, 9), 0.7}};
  Sampler whole(sources, 11, 3);
  for (const std::int64_t step : {0, 7, 7000}) {
    CHECK(Sampler(sources, 11, 3).batch(step) == whole.batch(step));
    std::vector<SampleTurn> joined;
    for (int rank = 0; rank < 3; ++rank) {
      const std::vector<SampleTurn> slice = whole.slice(step, rank, 3);
      joined.insert(joined.end(), slice.begin(), slice.end());
    }
    CHECK(joined == whole.batch(step));
  }
}

TEST_CASE("a programmer's errors are refused") {
  CHECK_THROWS_AS(Sampler(ids_from(0, 0), 4, 1), InternalError);
  CHECK_THROWS_AS(Sampler(ids_from(1, 1), 0, 1), InternalError);
  CHECK_THROWS_AS(Sampler(std::vector<SamplerSource>{}, 4, 1), InternalError);
  CHECK_THROWS_AS(Sampler({SamplerSource{ids_from(0, 3), 0}}, 4, 1), InternalError);
  Sampler sampler(ids_from(1, 2), 2, 1);
  CHECK_THROWS_AS(sampler.batch(-1), InternalError);
  CHECK_THROWS_AS(sampler.slice(0, 2, 2), InternalError);
}
