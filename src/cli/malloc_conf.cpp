// What jemalloc reads at its start (its manual, "TUNING"): memory that tensors give back is kept for the next ones. With glibc's
// defaults every large tensor is mapped and unmapped anew, and its pages are cleared at each step.
extern "C" {
extern const char* malloc_conf; // NOLINT: the name is jemalloc's
const char* malloc_conf = "dirty_decay_ms:-1,muzzy_decay_ms:-1,oversize_threshold:0";
}
