#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <string>

namespace radforge {

/// The weights of a torchvision ResNet or DenseNet under torchvision's names, from what a file of the ecosystem holds: the
/// prefixes `module.` and `model.` (DataParallel, Lightning, torchxrayvision's baseline models) are cut off, names of
/// torchvision's old DenseNet files (`norm.1`) and of a head inside a sequence (`fc.0`) are renamed, and torchxrayvision's
/// operating points
/// (`op_threshs`) are dropped.
///
/// So torchxrayvision's DenseNet and ResNet map in, and its baseline models chexpert.DenseNet, emory_hiti.RaceModel,
/// mira.SexModel and xinario.ViewModel. What they do around the network (scale of pixels, size, softmax, outputs left out) is the
/// caller's. Errors: DataError naming `origin` and, where known, the model that it is instead.
StateDict to_torchvision_names(const StateDict& state, const std::string& origin);

} // namespace radforge
