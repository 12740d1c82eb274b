#include "measured_share.hpp"

#include "radforge/comm/agreement.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

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

ImageQualityResult MeasuredShare::gather() const {
  const auto size = static_cast<std::size_t>(ranks_.size());
  Json own = Json::array();
  agree(ranks_, [&] {
    for (auto i = static_cast<std::size_t>(ranks_.rank()); i < pieces_.size(); i += size) {
      own.push_back(json_of(pieces_[i]()));
    }
  });
  std::vector<Json> parts;
  std::ranges::transform(all_gather(ranks_, own.dump()), std::back_inserter(parts),
                         [](const std::string& text) { return Json::parse(text); });
  ImageQualityResult result;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    append(result, parts[i % size].at(i / size));
  }
  return result;
}

} // namespace radforge
