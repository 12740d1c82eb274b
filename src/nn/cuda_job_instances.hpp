#pragma once

#include "adamw_job.hpp"
#include "element.hpp"
#include "geglu_job.hpp"
#include "group_norm_job.hpp"
#include "keyed_normals_job.hpp"

// Every job there is. The file that defines run_on_cuda() ends with this.
namespace radforge {

template void run_on_cuda(const NormForwardJob<float>&);
template void run_on_cuda(const NormForwardJob<Bf16>&);
template void run_on_cuda(const NormBackwardJob<float>&);
template void run_on_cuda(const NormBackwardJob<Bf16>&);
template void run_on_cuda(const GegluForwardJob<float>&);
template void run_on_cuda(const GegluForwardJob<Bf16>&);
template void run_on_cuda(const GegluBackwardJob<float>&);
template void run_on_cuda(const GegluBackwardJob<Bf16>&);
template void run_on_cuda(const AdamWJob&);
template void run_on_cuda(const KeyedNormalsJob&);

} // namespace radforge
