#include "radforge/core/span_log.hpp"

namespace radforge {

void SpanLog::open() {
  const std::lock_guard lock(mutex_);
  is_open_ = true;
  spans_.clear();
}

std::vector<SpanLog::Span> SpanLog::close() {
  const std::lock_guard lock(mutex_);
  is_open_ = false;
  return std::exchange(spans_, {});
}

void SpanLog::add(Span span) {
  const std::lock_guard lock(mutex_);
  if (is_open_) {
    spans_.push_back(std::move(span));
  }
}

LoggedSpan::LoggedSpan(SpanLog* log, const char* category, const char* name, SpanLog::Numbers numbers) : log_(log) {
  if (log_ != nullptr) {
    span_ = {category, name, std::move(numbers), SpanLog::Clock::now(), {}};
  }
}

LoggedSpan::~LoggedSpan() {
  if (log_ != nullptr) {
    span_.end = SpanLog::Clock::now();
    log_->add(std::move(span_));
  }
}

} // namespace radforge
