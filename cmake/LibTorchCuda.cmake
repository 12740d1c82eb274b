# RADFORGE_WITH_CUDA: radforge::torch links LibTorch's CUDA libraries too, so that at:: operators run on CUDA tensors, and there
# are radforge::cuda_runtime and radforge::nccl for the code that calls them. CUDA's compiler and libraries are those beside
# LibTorch (tools/setup --cuda unpacks them there), else the machine's toolkit (CUDACXX, nvcc in PATH, /usr/local/cuda).
if(NOT EXISTS "${LIBTORCH_LIB_DIR}/libtorch_cuda.so")
  message(FATAL_ERROR "${LIBTORCH_LIB_DIR} has no libtorch_cuda.so (unpacked for the CPU only). Run tools/setup --cuda.")
endif()
get_filename_component(cuda_wheels "${LIBTORCH_ROOT}/../nvidia" ABSOLUTE)
file(GLOB cuda_library_dirs "${cuda_wheels}/*/lib")

find_program(RADFORGE_NVCC nvcc HINTS "${cuda_wheels}/cu13/bin" ENV CUDACXX PATHS "$ENV{CUDA_HOME}/bin" /usr/local/cuda/bin)
if(NOT RADFORGE_NVCC)
  message(FATAL_ERROR "no nvcc was found (beside LibTorch, by CUDACXX, in PATH, CUDA_HOME). Run tools/setup --cuda, or load a CUDA toolkit.")
endif()
set(CMAKE_CUDA_COMPILER "${RADFORGE_NVCC}")
if(CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${CCACHE}")
endif()
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80-real 90) # A100; H100 and H200, and what comes later through PTX
endif()
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION) # CMake learned of it in 3.26
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
# As the C++ files: -O2, no contraction that the source does not ask for, so that numbers are those of the CPU.
set(CMAKE_CUDA_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CUDA_FLAGS "${CMAKE_CUDA_FLAGS} --fmad=false --prec-div=true --prec-sqrt=true --ftz=false")
# constexpr functions are functions of the device too.
set(CMAKE_CUDA_FLAGS "${CMAKE_CUDA_FLAGS} --expt-relaxed-constexpr")

get_filename_component(nvcc_dir "${CMAKE_CUDA_COMPILER}" REALPATH)
get_filename_component(cuda_toolkit "${nvcc_dir}/../.." ABSOLUTE)
find_library(cudart_LIBRARY NAMES cudart libcudart.so.13 libcudart.so.12 PATHS ${cuda_library_dirs} "${cuda_toolkit}/lib64" NO_DEFAULT_PATH REQUIRED)
find_path(cudart_INCLUDE_DIR cuda_runtime_api.h PATHS "${cuda_toolkit}/include" NO_DEFAULT_PATH REQUIRED)
find_library(nccl_LIBRARY NAMES nccl libnccl.so.2 HINTS ${cuda_library_dirs} REQUIRED)
find_path(nccl_INCLUDE_DIR nccl.h HINTS "${cuda_wheels}/nccl/include" REQUIRED)
foreach(name cudart nccl)
  add_library(radforge::${name} INTERFACE IMPORTED)
  target_link_libraries(radforge::${name} INTERFACE "${${name}_LIBRARY}")
  target_include_directories(radforge::${name} SYSTEM INTERFACE "${${name}_INCLUDE_DIR}" "${cudart_INCLUDE_DIR}")
endforeach()

# Operators register themselves when the library is loaded: it is needed although no symbol of it is named.
target_link_libraries(radforge::torch INTERFACE
                      -Wl,--push-state,--no-as-needed "${LIBTORCH_LIB_DIR}/libtorch_cuda.so" "${LIBTORCH_LIB_DIR}/libc10_cuda.so"
                      -Wl,--pop-state)
