#include "../../../src/cli/training_cost.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("the arithmetic of a run is its parts' by image and step") {
  const std::vector<PartCost> parts{{"unet", {.linear = 10}, PartUse::trained}, {"vae", {.conv3x3 = 4}, PartUse::forward, 0.5}};
  const RunArithmetic flop = run_arithmetic(parts, 100, 8);
  CHECK(flop.an_image == 2 * (3 * 10 + 0.5 * 4));
  CHECK(flop.a_step == 8 * flop.an_image);
  CHECK(flop.in_all == 100 * flop.a_step);
  CHECK(flop.computed_again == 0);

  const RunArithmetic again = run_arithmetic(parts, 100, 8, Activations::computed_again);
  CHECK(again.in_all == flop.in_all); // of the model
  CHECK(again.computed_again == 2.0 * 10 * 8 * 100);
}

TEST_CASE("a rank holds all of the optimizer's state or its share") {
  const StateSize size{.num_trained = 1000, .num_frozen = 500};
  CHECK(bytes_a_rank(size, OptimizerState::replicated, 1) == 1000 * 20 + 500 * 4);
  CHECK(bytes_a_rank(size, OptimizerState::replicated, 4) == 1000 * 20 + 500 * 4);
  CHECK(bytes_a_rank(size, OptimizerState::sharded, 1) == 1000 * 20 + 500 * 4);
  CHECK(bytes_a_rank(size, OptimizerState::sharded, 4) == 1000 * (8 + 3) + 500 * 4);
  const StateSize mixed{.num_trained = 1000, .bytes_on_each_rank = 6, .bytes_of_optimizer = 16};
  CHECK(bytes_a_rank(mixed, OptimizerState::sharded, 2) == 1000 * (6 + 8));
}

TEST_CASE("checkpoint sets take room for those kept and the one being written") {
  const CheckpointSize size = checkpoint_size(1000, 2);
  CHECK(size.set_bytes == 16000);
  CHECK(size.set_files == 2);
  CHECK(size.num_sets == 3);
}

TEST_CASE("a run that takes a whole number of segments takes no more") {
  CHECK(num_segments(0.01, 24) == 1);
  CHECK(num_segments(0, 24) == 1);
  CHECK(num_segments(24, 24) == 1);
  CHECK(num_segments(24.1, 24) == 2);
  CHECK(num_segments(71, 24) == 3);
}

TEST_CASE("numbers of ranks divide the batch") {
  CHECK(rank_counts(24) == std::vector<std::int64_t>{1, 2, 4, 8});
  CHECK(rank_counts(7) == std::vector<std::int64_t>{1});
  CHECK(rank_counts(1024).back() == 64);
}
