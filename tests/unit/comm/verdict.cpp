#include "../../../src/comm/verdict.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Contains;

namespace {

const PhaseDeadlines kDeadlines{.start_up = 10, .data = 10, .compute = 10, .collective = 10, .save = 100};
const Collective kSum{Operation::all_reduce, ReduceOp::sum, DType::f32, 0, 4096};
const Collective kBroadcast{Operation::broadcast, ReduceOp::sum, DType::i64, 2, 8};

RankView view(int rank, Phase phase, double phase_s, std::int64_t num_entered, char process_state = 'S') {
  RankView result{.rank = rank, .host = "n" + std::to_string(rank), .known = true};
  result.state.phase = phase;
  result.state.step = 7;
  result.phase_s = phase_s;
  result.process_state = process_state;
  result.state.num_entered = num_entered;
  for (std::int64_t sequence = 1; sequence <= num_entered; ++sequence) {
    result.recent.push_back({sequence, kSum, sequence, 1'000'000 * sequence, 1'000'000 * sequence + 500'000});
  }
  if (num_entered > 0) {
    result.state.last = result.recent.back();
  }
  return result;
}

Verdict judge(const std::vector<RankView>& ranks) { return radforge::judge(ranks, kDeadlines); }

} // namespace

TEST_CASE("the rank that did not enter a collective is to blame and not the one that waits") {
  const auto verdict =
      judge({view(0, Phase::collective, 11, 3), view(1, Phase::data, 11.5, 2), view(2, Phase::collective, 10, 3)});
  CHECK(verdict.rank == 1);
  CHECK(verdict.text ==
        "rank 1 on host n1 did not enter all-reduce (sum, 4096 bytes of f32) #3 of step 3 (phase data of step 7 for 11.5 s)");
}

TEST_CASE("of ranks that are behind alike the stopped one is to blame") {
  auto ranks =
      std::vector{view(0, Phase::collective, 9, 3), view(1, Phase::collective, 12, 2), view(2, Phase::collective, 11, 2, 'T')};
  CHECK(judge(ranks).rank == 2);
  CHECK_THAT(judge(ranks).text, Contains("did not enter") && Contains("its process is stopped"));
  ranks[2].process_state = '?';
  ranks[2].silent_s = 5;
  CHECK(judge(ranks).rank == 2);
  CHECK_THAT(judge(ranks).text, Contains("no sign of life for 5.0 s"));
}

TEST_CASE("of ranks that are behind alike the one that waits for nobody is to blame") {
  const auto verdict =
      judge({view(0, Phase::collective, 12, 3), view(1, Phase::collective, 12, 2), view(2, Phase::compute, 3, 2)});
  CHECK(verdict.rank == 2);
}

TEST_CASE("a rank that left is to blame when others wait for it") {
  auto ranks = std::vector{view(0, Phase::collective, 11, 3), view(1, Phase::compute, 10, 2)};
  ranks[1].state.left = 1;
  CHECK(judge(ranks).rank == 1);
  CHECK_THAT(judge(ranks).text, Contains("it left the run"));
}

TEST_CASE("where all entered the same collective the stopped rank is to blame") {
  const auto verdict = judge({view(0, Phase::collective, 11, 3), view(1, Phase::collective, 11, 3, 'T')});
  CHECK(verdict.rank == 1);
  CHECK_THAT(verdict.text, Contains("rank 1 on host n1 stays in all-reduce (sum, 4096 bytes of f32) #3 of step 3"));
}

TEST_CASE("where nobody lags the rank that is nearest to its deadline outside a collective is to blame") {
  // A started all-reduce: rank 0 waits for it, rank 1 is busy elsewhere.
  CHECK(judge({view(0, Phase::collective, 11, 3), view(1, Phase::compute, 5, 3)}).rank == 1);
  // Saving may take long.
  const auto verdict = judge({view(0, Phase::save, 50, 3), view(1, Phase::data, 11, 3)});
  CHECK(verdict.rank == 1);
  CHECK(verdict.text == "rank 1 on host n1 makes no progress (phase data of step 7 for 11.0 s, the deadline is 10 s)");
}

TEST_CASE("where all ranks wait in one collective the verdict says so") {
  const auto verdict = judge({view(0, Phase::collective, 10, 3), view(1, Phase::collective, 11, 3)});
  CHECK(verdict.rank == 1);
  CHECK_THAT(verdict.text, Contains("all ranks entered it"));
}

TEST_CASE("a wait for the file system is told") {
  CHECK_THAT(judge({view(0, Phase::data, 11, 3, 'D')}).text, Contains("waits for the disk or the file system"));
}

TEST_CASE("ranks of which nothing is known are not judged") {
  CHECK(judge({{.rank = 0, .host = "n0"}, view(1, Phase::data, 11, 0)}).rank == 1);
  CHECK(judge({{.rank = 0, .host = "n0"}}).text == "nothing is known of any rank");
}

TEST_CASE("the first collective that is not the same everywhere is told with both calls") {
  auto ranks = std::vector{view(0, Phase::collective, 1, 4), view(1, Phase::collective, 1, 4), view(2, Phase::collective, 1, 3)};
  CHECK_FALSE(find_mismatch(ranks));
  ranks[0].recent[2].call = kBroadcast;
  const auto verdict = find_mismatch(ranks);
  REQUIRE(verdict);
  CHECK(verdict->rank == 0); // the others are more
  CHECK(
      verdict->text ==
      "rank 0 on host n0 entered broadcast (8 bytes of i64 from rank 2) #3 of step 3 where rank 1 entered all-reduce (sum, 4096 "
      "bytes of f32) #3 of step 3 (the ranks do not make the same collectives)");
  CHECK(judge(ranks).text == verdict->text);
}

TEST_CASE("of two ranks that differ the one that is not rank 0 is told") {
  auto ranks = std::vector{view(0, Phase::collective, 1, 2), view(1, Phase::collective, 1, 2)};
  ranks[1].recent[0].call.bytes = 8;
  CHECK(find_mismatch(ranks)->rank == 1);
}

TEST_CASE("a skipped collective among equal ones shows in the steps") {
  auto ranks =
      std::vector{view(0, Phase::collective, 11, 4), view(1, Phase::collective, 11, 4), view(2, Phase::collective, 11, 3)};
  ranks[2].recent[1].step = 3;
  CHECK_THAT(find_mismatch(ranks)->text, Contains("rank 2") && Contains("#2 of step 3") && Contains("#2 of step 2"));
}

TEST_CASE("a record that only one rank still has says nothing") {
  auto ranks = std::vector{view(0, Phase::collective, 11, 4), view(1, Phase::collective, 11, 4)};
  ranks[0].recent.erase(ranks[0].recent.begin());
  ranks[1].recent[0].call = kBroadcast;
  CHECK_FALSE(find_mismatch(ranks));
}

TEST_CASE("the report has the verdict, the ranks and their last collectives") {
  auto ranks = std::vector{view(0, Phase::collective, 11, 2), view(1, Phase::data, 11, 1), {.rank = 2, .host = "n2"}};
  ranks[0].recent[1].finished_ns = 0;
  const std::string text = report(judge(ranks), ranks);
  CHECK_THAT(text, Contains("rank 1 on host n1 did not enter"));
  CHECK_THAT(text, Contains("rank 0 on host n0: phase collective of step 7 for 11.0 s, 2 collectives entered"));
  CHECK_THAT(text, Contains("rank 2 on host n2: nothing is known"));
  CHECK_THAT(text, Contains("all-reduce (sum, 4096 bytes of f32) #1 of step 1, 0.500 ms"));
  CHECK_THAT(text, Contains("all-reduce (sum, 4096 bytes of f32) #2 of step 2, under way"));
}
