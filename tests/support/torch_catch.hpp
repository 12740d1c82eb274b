#pragma once

// Catch2 for tests that include LibTorch: its logging header, wherever it comes in, defines CHECK as a macro that aborts. It is
// brought in here and its names are given up, so that CHECK is Catch2's.
#include <c10/util/Logging.h>

#undef CHECK
#undef CHECK_EQ
#undef CHECK_NE
#undef CHECK_LT
#undef CHECK_LE
#undef CHECK_GT
#undef CHECK_GE

#include <catch2/catch.hpp>
