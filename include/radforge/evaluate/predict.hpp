#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/io/predictions.hpp"
#include "radforge/models/trained_classifier.hpp"

#include <cstdint>
#include <functional>
#include <span>

namespace radforge {

/// What the classifier says of the samples `ids`, in their order, without provenance. Each rank looks at its share; all get all.
/// Collective; the values do not depend on the number of ranks. `progress` is told how many images of this rank are through.
/// Errors: DataError, IoError.
Predictions predict(
    const TrainedClassifier& classifier, const Mixture& data, std::span<const std::int64_t> ids, Communicator& ranks,
    const std::function<void(std::int64_t)>& progress = [](std::int64_t) {});

} // namespace radforge
