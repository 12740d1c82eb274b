#pragma once

#include "radforge/comm/communicator.hpp"

#include <mpi.h>

#include <vector>

namespace radforge {

/// The requests of one non-blocking collective that was cut in pieces.
class MpiWork final : public Work {
 public:
  explicit MpiWork(std::vector<MPI_Request> requests) : requests_(std::move(requests)) {}
  ~MpiWork() override;
  MpiWork(const MpiWork&) = delete;
  MpiWork& operator=(const MpiWork&) = delete;

  bool done() override;
  void wait() override;

 private:
  std::vector<MPI_Request> requests_;
};

} // namespace radforge
