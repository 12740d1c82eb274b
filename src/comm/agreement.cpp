#include "radforge/comm/agreement.hpp"

#include "radforge/core/failure.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace radforge {

namespace {

std::optional<Failure> run(const std::function<void()>& check) {
  try {
    check();
    return std::nullopt;
  } catch (...) {
    return current_failure();
  }
}

template <class Thrown>
[[noreturn]] void throw_agreed(Thrown error) {
  error.set_agreed();
  throw error;
}

[[noreturn]] void throw_agreed(const Failure& failure) {
  switch (failure.code) {
  case ExitCode::usage:
    throw_agreed(ConfigError(failure.text));
  case ExitCode::data:
    throw_agreed(DataError(failure.text));
  case ExitCode::io:
    throw_agreed(IoError(failure.text));
  case ExitCode::communication:
    throw_agreed(CommunicationError(failure.text));
  case ExitCode::divergence:
    throw_agreed(DivergenceError(failure.text));
  case ExitCode::internal:
    throw_agreed(InternalError(failure.text));
  case ExitCode::owned:
    throw_agreed(OwnedError(failure.text));
  case ExitCode::stopped:
    throw_agreed(StoppedError(failure.text));
  default:
    throw_agreed(Error(failure.code, failure.text));
  }
}

std::int64_t reduce(Communicator& communicator, std::int64_t value, ReduceOp op) {
  communicator.all_reduce({&value, 1, DType::i64, Place::host}, op);
  return value;
}

Buffer bytes_of(std::string& text) { return {text.data(), text.size(), DType::u8, Place::host}; }

std::string first_difference(std::string_view text, std::string_view other) {
  std::size_t line = 1;
  while (true) {
    const auto end = text.find('\n');
    const auto other_end = other.find('\n');
    const auto head = text.substr(0, end);
    const auto other_head = other.substr(0, other_end);
    if (head != other_head || end == std::string_view::npos || other_end == std::string_view::npos) {
      return fmt::format("line {}: '{}' against '{}'", line, head, other_head);
    }
    text.remove_prefix(end + 1);
    other.remove_prefix(other_end + 1);
    ++line;
  }
}

} // namespace

void agree(Communicator& communicator, const std::function<void()>& check) {
  if (communicator.size() == 1) {
    check();
    return;
  }
  auto failure = run(check);
  if (failure && !failure->agreed) { // what an inner agreement gave all ranks names its rank already
    failure->text = fmt::format("rank {}: {}", communicator.rank(), failure->text);
  }
  const std::int64_t failing = reduce(communicator, failure ? communicator.rank() : communicator.size(), ReduceOp::min);
  if (failing == communicator.size()) {
    return;
  }
  const int root = static_cast<int>(failing);
  Failure agreed = failure.value_or(Failure{});
  auto code = static_cast<int>(agreed.code);
  communicator.broadcast({&code, 1, DType::i32, Place::host}, root);
  agreed.code = static_cast<ExitCode>(code);
  agreed.text = broadcast(communicator, std::move(agreed.text), root);
  throw_agreed(agreed);
}

void require_equal(Communicator& communicator, std::string_view text, std::string_view what) {
  const std::string expected = broadcast(communicator, std::string(text));
  agree(communicator, [&] {
    if (text != expected) {
      throw ConfigError(
          "the {} differs from rank 0's (other options or another file here; {}): start all ranks with the same command "
          "and the same files",
          what, first_difference(text, expected));
    }
  });
}

std::string broadcast(Communicator& communicator, std::string text, int root) {
  auto length = static_cast<std::int64_t>(text.size());
  communicator.broadcast({&length, 1, DType::i64, Place::host}, root);
  text.resize(static_cast<std::size_t>(length));
  communicator.broadcast(bytes_of(text), root);
  return text;
}

std::vector<std::string> all_gather(Communicator& communicator, std::string_view text) {
  const auto num_ranks = static_cast<std::size_t>(communicator.size());
  auto length = static_cast<std::int64_t>(text.size());
  std::vector<std::int64_t> lengths(num_ranks);
  communicator.all_gather({&length, 1, DType::i64, Place::host}, buffer_of(std::span(lengths)));

  // Parts of one length: collectives with a length for each rank would be a wider interface for a rare need.
  const auto longest = static_cast<std::size_t>(*std::max_element(lengths.begin(), lengths.end()));
  std::string mine(text);
  mine.resize(longest);
  std::string parts(longest * num_ranks, '\0');
  communicator.all_gather(bytes_of(mine), bytes_of(parts));

  std::vector<std::string> texts;
  for (std::size_t r = 0; r < num_ranks; ++r) {
    texts.push_back(parts.substr(r * longest, static_cast<std::size_t>(lengths[r])));
  }
  return texts;
}

std::int64_t all_max(Communicator& communicator, std::int64_t value) { return reduce(communicator, value, ReduceOp::max); }
std::int64_t all_sum(Communicator& communicator, std::int64_t value) { return reduce(communicator, value, ReduceOp::sum); }

} // namespace radforge
