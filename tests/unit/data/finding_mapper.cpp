#include "../../../src/data/finding_mapper.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace radforge;

namespace {

using Values = std::vector<std::int8_t>;
using States = std::vector<LabelState>;

constexpr LabelState absent = LabelState::absent;
constexpr LabelState present = LabelState::present;
constexpr LabelState uncertain = LabelState::uncertain;
constexpr LabelState unmentioned = LabelState::unmentioned;

/// The provider's labels are: no finding, two that mean A, one that nobody wants, devices. The data set's findings: No_Finding,
/// A.
FindingMapper mapper(LabelPolicy policy) {
  return {{{"No_Finding", {0}, true}, {"A", {1, 2}, true}},
          {LabelKind::no_finding, LabelKind::finding, LabelKind::finding, LabelKind::finding, LabelKind::device},
          policy};
}

std::int8_t value_of_a(LabelState one, LabelState other, LabelPolicy policy) {
  return mapper(policy).map(States{unmentioned, one, other, unmentioned, unmentioned})[1];
}

std::int8_t no_finding(const States& states, LabelPolicy policy) { return mapper(policy).map(states)[0]; }

} // namespace

TEST_CASE("of labels that mean one finding the surest presence counts") {
  const std::vector<LabelState> order = {unmentioned, absent, uncertain, present};
  const LabelPolicy policy{.uncertain = 2, .unmentioned = 3}; // values of their own, to tell all four apart
  const Values values = {3, 0, 2, 1};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(value_of_a(order[i], order[k], policy) == values[std::max(i, k)]);
    }
  }
}

TEST_CASE("uncertain and unmentioned labels become what the policy says") {
  const std::int8_t value = GENERATE(std::int8_t{-1}, std::int8_t{0}, std::int8_t{1});
  CHECK(value_of_a(uncertain, unmentioned, {.uncertain = value, .unmentioned = -1}) == value);
  CHECK(value_of_a(unmentioned, unmentioned, {.uncertain = -1, .unmentioned = value}) == value);
  CHECK(value_of_a(present, unmentioned, {.uncertain = value, .unmentioned = value}) == 1);
  CHECK(value_of_a(absent, unmentioned, {.uncertain = value, .unmentioned = value}) == 0);
  CHECK(no_finding({uncertain, absent, absent, absent, absent}, {.uncertain = value}) == value);
}

TEST_CASE("a stated no finding clears all labels but devices, where that is the policy") {
  const FindingMapper clearing(
      {{"No_Finding", {0}, true}, {"A", {1}, true}, {"B", {2}, true}, {"C", {3}, true}, {"D", {4}, true}},
      {LabelKind::no_finding, LabelKind::finding, LabelKind::finding, LabelKind::finding, LabelKind::device},
      {.clear_if_no_finding = true});
  CHECK(clearing.map(States{present, uncertain, unmentioned, present, present}) == Values{1, 0, 0, 0, 1});
  CHECK(clearing.map(States{present, absent, absent, absent, uncertain}) == Values{1, 0, 0, 0, -1});
  CHECK(clearing.map(States{present, absent, absent, absent, unmentioned}) == Values{1, 0, 0, 0, -1});
  for (const LabelState other : {absent, uncertain, unmentioned}) {
    CHECK(clearing.map(States{other, uncertain, unmentioned, present, present})[1] == -1);
    CHECK(clearing.map(States{other, uncertain, unmentioned, present, present})[3] == 1);
  }
  CHECK(value_of_a(uncertain, unmentioned, {}) == -1);
  CHECK(mapper({}).map(States{present, uncertain, unmentioned, present, present}) == Values{1, -1});
}

TEST_CASE("no finding is recomputed from all other labels of the provider, devices and unwanted ones included") {
  const LabelPolicy policy{.uncertain = 0, .unmentioned = 0, .recompute_no_finding = true};
  CHECK(no_finding({absent, absent, uncertain, unmentioned, absent}, policy) == 1);
  for (std::size_t i = 1; i < 5; ++i) {
    States states = {present, absent, absent, absent, absent};
    states[i] = present;
    CHECK(no_finding(states, policy) == 0);
  }
  CHECK(no_finding({absent, absent, uncertain, absent, absent}, {.uncertain = 1, .recompute_no_finding = true}) == 0);
}

TEST_CASE("a recomputed no finding that unknown labels leave open is the provider's statement, or unknown") {
  const LabelPolicy policy{.recompute_no_finding = true};
  CHECK(no_finding({absent, absent, absent, absent, absent}, policy) == 1);
  for (const LabelState open : {uncertain, unmentioned}) {
    CHECK(no_finding({present, absent, open, absent, absent}, policy) == 1);
    CHECK(no_finding({present, absent, open, present, absent}, policy) == 0);
    for (const LabelState statement : {absent, uncertain, unmentioned}) {
      CHECK(no_finding({statement, absent, open, absent, absent}, policy) == -1);
      CHECK(no_finding({statement, absent, open, present, absent}, policy) == 0);
    }
  }
}

TEST_CASE("a finding that the provider does not tell of is unknown, one that it never names absent where it names any") {
  const LabelPolicy policy{.uncertain = 1, .unmentioned = 1, .recompute_no_finding = true};
  const FindingMapper mapper({{"No_Finding", {}, false}, {"A", {}, true}, {"B", {0}, true}}, {LabelKind::finding}, policy);
  CHECK(mapper.map(States{absent}) == Values{-1, 0, 0});
  CHECK(mapper.map(States{unmentioned}) == Values{-1, 1, 1});
  CHECK(mapper.known_findings() == std::vector<std::string>{"A", "B"});
}

TEST_CASE("a wrong number of states is a programmer's error") { CHECK_THROWS_AS(mapper({}).map(States{absent}), InternalError); }

TEST_CASE("an image that nobody labelled has unknown findings, whatever the policy") {
  const FindingMapper mapper({{"No_Finding", {0}, true}, {"Edema", {1}, true}}, {LabelKind::no_finding, LabelKind::finding},
                             {.uncertain = 0, .unmentioned = 0, .clear_if_no_finding = false, .recompute_no_finding = true});
  CHECK(mapper.map({}) == std::vector<std::int8_t>{-1, -1});
  const std::vector<LabelState> silent(2, LabelState::unmentioned);
  CHECK(mapper.map(silent) == std::vector<std::int8_t>{1, 0});
}
