#include "radforge/train/task.hpp"

namespace radforge {

std::vector<ParameterGroup> Task::groups() { return {{.range = {0, parameters().flat().numel()}}}; }

} // namespace radforge
