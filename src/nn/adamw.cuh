#pragma once

#include "adamw_job.hpp"
#include "pack.cuh"

#include <cmath>
#include <cstdint>

namespace radforge {

namespace adamw_kernels {

inline constexpr unsigned num_threads = 256;
inline constexpr int widest = 4;

struct Element {
  float weight;
  float first;
  float second;
};

/// Operation by operation as the vectors of adamw_kernel.cpp, so that the bits are the same.
__device__ inline Element updated(const AdamWFactors& f, const Element& old, float gradient) {
  const float g = gradient * f.gradient;
  const float first = fmaf(f.rest1, g - old.first, old.first);
  const float second = fmaf(f.beta2, old.second, f.rest2 * (g * g));
  const float root = fmaf(sqrtf(second), f.root_correction, f.epsilon);
  return {fmaf(f.size, first / root, old.weight * f.decay), first, second};
}

__device__ inline float averaged(const AdamWFactors& f, float average, float weight) {
  return fmaf(f.average, weight - average, average);
}

/// Elements [i, i + size).
template <AdamWUpdate update, int size>
__device__ inline void step(const AdamWFactors& f, const AdamWSpan& s, std::int64_t i) {
  Floats<size> weights = load<size>(s.weights + i);
  if constexpr (update == AdamWUpdate::all) {
    Floats<size> first = load<size>(s.first_moment + i);
    Floats<size> second = load<size>(s.second_moment + i);
    const Floats<size> gradient = load<size>(s.gradient + i);
    for (int j = 0; j < size; ++j) {
      const Element element = updated(f, {weights.value[j], first.value[j], second.value[j]}, gradient.value[j]);
      weights.value[j] = element.weight;
      first.value[j] = element.first;
      second.value[j] = element.second;
    }
    store<size>(weights, s.weights + i);
    store<size>(first, s.first_moment + i);
    store<size>(second, s.second_moment + i);
  }
  Floats<size> average = load<size>(s.average + i);
  for (int j = 0; j < size; ++j) {
    average.value[j] = averaged(f, average.value[j], weights.value[j]);
  }
  store<size>(average, s.average + i);
  if (s.working != nullptr) {
    store<size>(weights, s.working + i);
  }
}

template <AdamWUpdate update, int size>
__global__ void __launch_bounds__(num_threads) kernel(AdamWJob job) {
  const AdamWFactors factors = *job.factors;
  if (factors.skip != 0) {
    return;
  }
  const auto count = static_cast<std::int64_t>(job.span.count);
  const std::int64_t thread = std::int64_t{blockIdx.x} * num_threads + threadIdx.x;
  if ((thread + 1) * size <= count) {
    step<update, size>(factors, job.span, thread * size);
  } else if (thread < count / size + count % size) { // behind the last pack, an element a thread
    step<update, 1>(factors, job.span, count - count % size + (thread - count / size));
  }
}

template <AdamWUpdate update, int size, class Launch>
void run(const AdamWJob& job, const Launch& launch) {
  const auto count = static_cast<std::int64_t>(job.span.count);
  const std::int64_t threads = count / size + count % size;
  launch(dim3{static_cast<unsigned>((threads + num_threads - 1) / num_threads)}, num_threads, kernel<update, size>, job);
}

inline bool fits_packs(const AdamWSpan& s) {
  return radforge::fits_packs<float>(0, {s.weights, s.gradient, s.first_moment, s.second_moment, s.average}) &&
         reinterpret_cast<std::uintptr_t>(s.working) % sizeof(Pack<Bf16, widest>) == 0;
}

template <AdamWUpdate update, class Launch>
void run(const AdamWJob& job, const Launch& launch) {
  if (fits_packs(job.span)) {
    run<update, widest>(job, launch);
  } else {
    run<update, 1>(job, launch);
  }
}

} // namespace adamw_kernels

/// The whole job, by a launcher of kernels; its span has elements.
template <class Launch>
void run(const AdamWJob& job, const Launch& launch) {
  if (job.update == AdamWUpdate::all) {
    adamw_kernels::run<AdamWUpdate::all>(job, launch);
  } else {
    adamw_kernels::run<AdamWUpdate::average>(job, launch);
  }
}

} // namespace radforge
