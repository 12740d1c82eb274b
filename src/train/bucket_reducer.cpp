#include "bucket_reducer.hpp"

#include "radforge/nn/buffer.hpp"
#include "radforge/train/gradient_buckets.hpp"

#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>

namespace radforge {

/// Told by autograd when the gradient of a leaf has been added up.
class BucketReducer::Hook final : public torch::autograd::PostAccumulateGradHook {
 public:
  Hook(BucketReducer& reducer, std::size_t entry) : reducer_(reducer), entry_(entry) {}
  void operator()(const at::Tensor& /*leaf*/) override { reducer_.entry_is_final(entry_); }

 private:
  BucketReducer& reducer_;
  std::size_t entry_;
};

BucketReducer::BucketReducer(ParameterSet& parameters, Communicator& ranks, std::int64_t bucket_bytes, at::ScalarType travel_type)
    : parameters_(parameters), ranks_(ranks), bucket_of_entry_(parameters.entries().size()) {
  for (const GradientBucket& bucket : gradient_buckets(parameters.entries(), parameters.flat().numel(), bucket_bytes)) {
    std::fill_n(bucket_of_entry_.begin() + bucket.first_entry, bucket.num_entries, buckets_.size());
    buckets_.push_back({.range = bucket.range, .num_entries = bucket.num_entries});
  }
  if (ranks.size() == 1) {
    return;
  }
  if (travel_type != at::kFloat) {
    travelling_ = at::zeros_like(parameters.flat_gradient(), travel_type);
  }
  for (std::size_t i = 0; i < bucket_of_entry_.size(); ++i) {
    torch::autograd::impl::set_post_acc_grad_hooks(parameters.leaves()[i], std::make_unique<Hook>(*this, i));
  }
}

BucketReducer::~BucketReducer() {
  for (const at::Tensor& leaf : parameters_.leaves()) {
    torch::autograd::impl::set_post_acc_grad_hooks(leaf, nullptr);
  }
}

void BucketReducer::begin_step() {
  parameters_.flat_gradient().zero_();
  next_ = 0;
  armed_ = false;
  for (Bucket& bucket : buckets_) {
    bucket.missing = bucket.num_entries;
  }
}

void BucketReducer::begin_part(Part part) { armed_ = part == Part::last; }

void BucketReducer::entry_is_final(std::size_t entry) {
  if (!armed_) {
    return;
  }
  --buckets_[bucket_of_entry_[entry]].missing;
  start_filled();
  for (std::size_t i = 0; i < next_; ++i) { // messages move when somebody looks
    if (buckets_[i].work && buckets_[i].work->done()) {
      continue;
    }
    break;
  }
}

void BucketReducer::start_filled() {
  while (next_ < buckets_.size() && buckets_[next_].missing == 0) {
    start(buckets_[next_++]);
  }
}

void BucketReducer::start(Bucket& bucket) {
  at::Tensor gradient = parameters_.flat_gradient().narrow(0, bucket.range.first, bucket.range.count);
  if (travelling_.defined()) {
    gradient = travelling_.narrow(0, bucket.range.first, bucket.range.count).copy_(gradient);
  }
  bucket.work = ranks_.start_all_reduce(buffer_of(gradient), ReduceOp::sum);
}

void BucketReducer::finish() {
  if (ranks_.size() == 1) {
    return;
  }
  const Stopwatch waiting;
  while (next_ < buckets_.size()) { // a rank without images, or parameters that the loss does not depend on
    start(buckets_[next_++]);
  }
  for (Bucket& bucket : buckets_) {
    bucket.work->wait();
    bucket.work.reset();
  }
  if (travelling_.defined()) {
    parameters_.flat_gradient().copy_(travelling_);
  }
  wait_s_ += waiting.seconds();
}

} // namespace radforge
