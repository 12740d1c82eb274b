// As libcuda.so.1: a driver that serves CUDA up to STUB_VERSION (as 12040) and whose start ends with STUB_INIT (100: it shows no device).
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int number(const char* name) {
  const char* text = getenv(name);
  return text ? atoi(text) : 0;
}

int cuDriverGetVersion(int* version) {
  *version = number("STUB_VERSION");
  return 0;
}

int cuInit(unsigned flags) {
  (void)flags;
  return number("STUB_INIT");
}

static int fail(void) { return 999; } // CUDA_ERROR_UNKNOWN

int cuGetProcAddress_v2(const char* name, void** found, int version, uint64_t flags, int* status) {
  (void)version;
  (void)flags;
  *found = strcmp(name, "cuDriverGetVersion") == 0 ? (void*)cuDriverGetVersion
           : strcmp(name, "cuInit") == 0           ? (void*)cuInit
           : strcmp(name, "cuGetProcAddress") == 0 ? (void*)cuGetProcAddress_v2
                                                   : (void*)fail;
  if (status) {
    *status = 0;
  }
  return 0;
}
