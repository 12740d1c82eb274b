#pragma once

#include "gradient_reducer.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/nn/share.hpp"

#include <vector>

namespace radforge {

/// Reduces the flat gradient in buckets, each as soon as the backward pass of the last part has filled it, while that goes on.
/// Buckets begin at the end of the flat buffer, where backward begins, and start in one order on all ranks.
class BucketReducer final : public GradientReducer {
 public:
  /// `travel_type`: fp32, or bf16 for half the bytes, each rank's gradient rounded once.
  BucketReducer(ParameterSet& parameters, Communicator& ranks, std::int64_t bucket_bytes, at::ScalarType travel_type);
  ~BucketReducer() override;
  BucketReducer(const BucketReducer&) = delete;
  BucketReducer& operator=(const BucketReducer&) = delete;

  void begin_step() override;
  void begin_part(Part part) override;
  void end_part() override {}
  void finish() override;
  double wait_s() const override { return wait_s_; }

 private:
  struct Bucket {
    FlatRange range;
    std::int64_t num_entries = 0;
    std::int64_t missing = 0; ///< entries whose gradient is not final yet
    std::unique_ptr<Work> work;
  };
  class Hook;

  void entry_is_final(std::size_t entry);
  void start_filled();
  void start(Bucket& bucket);

  ParameterSet& parameters_;
  Communicator& ranks_;
  std::vector<Bucket> buckets_; ///< from the end of the flat buffer
  std::vector<std::size_t> bucket_of_entry_;
  at::Tensor travelling_; ///< the flat gradient in bf16; undefined for fp32
  std::size_t next_ = 0;  ///< first bucket that has not started
  bool armed_ = false;
  double wait_s_ = 0;
};

} // namespace radforge
