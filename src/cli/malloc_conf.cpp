// What jemalloc reads at its start (its manual, "TUNING"): memory that tensors give back is kept for the next ones. With glibc's
// defaults every large tensor is mapped and unmapped anew, and its pages are cleared at each step. What lies idle for half a
// minute goes back all the same: kept for ever (-1), pieces that no tensor fits pile up, by 3 MB a step of a small
// diffusion model.
extern "C" {
extern const char* malloc_conf; // NOLINT: the name is jemalloc's
const char* malloc_conf = "dirty_decay_ms:30000,muzzy_decay_ms:-1,oversize_threshold:0";
}
