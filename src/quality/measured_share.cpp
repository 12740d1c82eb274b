#include "measured_share.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace radforge {

namespace {

using Json = nlohmann::json;

Json json_of(const ImageQualityResult& result) {
  Json values = Json::array();
  for (const QualityValue& one : result.values) {
    values.push_back({one.group, one.space, one.metric, one.value, one.num_real, one.num_synthetic});
  }
  Json lists = Json::array();
  for (const NearestList& list : result.nearest) {
    Json worst = Json::array();
    for (const NearestTraining& one : list.worst) {
      worst.push_back({one.synthetic, one.training, one.distance, one.ratio});
    }
    lists.push_back({list.space, worst});
  }
  return {values, lists};
}

void append(ImageQualityResult& result, const Json& part) {
  for (const Json& one : part.at(0)) {
    result.values.push_back({one.at(0), one.at(1), one.at(2), one.at(3), one.at(4), one.at(5)});
  }
  for (const Json& list : part.at(1)) {
    NearestList& to = result.nearest.emplace_back(NearestList{list.at(0), {}});
    for (const Json& one : list.at(1)) {
      to.worst.push_back({one.at(0), one.at(1), one.at(2), one.at(3)});
    }
  }
}

} // namespace

void MeasuredShare::check_stop() const {
  if (all_max(ranks_, control_.stop_requested() ? 1 : 0) > 0) {
    throw as_agreed(StoppedError("stopped on request (nothing is kept of a measurement). The same command begins again"));
  }
}

ImageQualityResult MeasuredShare::gather() const {
  const auto size = static_cast<std::size_t>(ranks_.size());
  ImageQualityResult result;
  for (std::size_t first = 0; first < pieces_.size(); first += size) { // so that no rank waits longer than for one piece
    std::string own = "[[],[]]";
    agree(ranks_, [&] {
      if (const std::size_t i = first + static_cast<std::size_t>(ranks_.rank()); i < pieces_.size()) {
        control_.before_piece();
        own = json_of(pieces_[i]()).dump();
      }
    });
    for (const std::string& part : all_gather(ranks_, own)) {
      append(result, Json::parse(part));
    }
    check_stop();
  }
  return result;
}

} // namespace radforge
