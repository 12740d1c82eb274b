option(RADFORGE_BUILD_TESTS "Build the Catch2 tests" ON)
option(RADFORGE_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(RADFORGE_WITH_TORCH "Build the modules that need LibTorch" ON)
option(RADFORGE_WITH_CUDA "CUDA kernels, NCCL and LibTorch's CUDA libraries (tools/setup --cuda)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# -O2 everywhere: -O3 gains nothing where ATen does the arithmetic, and costs compile time.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_compile_options(-Wall -Wextra "$<$<COMPILE_LANGUAGE:C,CXX>:-Wpedantic>" -Wno-missing-field-initializers) # nvcc's output is not pedantic
# The same bits on every machine: no contraction the source does not ask for (std::fma is explicit).
add_compile_options(-ffp-contract=off)

if(RADFORGE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()
