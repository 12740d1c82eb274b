# LibTorch as the imported target radforge::torch, from an installed one (CMAKE_PREFIX_PATH, Torch_DIR) or .deps/libtorch.
#
# TorchConfig.cmake is used only to find the place: it demands nvcc and every CUDA library for a CUDA build of LibTorch, while
# the CPU modules need libtorch_cpu and libc10 alone.
set(RADFORGE_LIBTORCH_VERSIONS 2.7.0 2.11.0 CACHE STRING "LibTorch versions that are tested, and therefore accepted")

function(radforge_libtorch_version root result)
  set(version_lines "")
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(EXISTS "${root}/include/${header}" AND NOT version_lines)
      file(STRINGS "${root}/include/${header}" version_lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    endif()
  endforeach()
  string(REGEX REPLACE "[^0-9]*([0-9]+)[^0-9]+([0-9]+)[^0-9]+([0-9]+).*" "\\1.\\2.\\3" version "${version_lines}")
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

find_path(LIBTORCH_CMAKE_DIR TorchConfig.cmake
          HINTS "${Torch_DIR}" "$ENV{Torch_DIR}"
          PATHS "${PROJECT_SOURCE_DIR}/.deps/libtorch/torch/share/cmake/Torch"
          PATH_SUFFIXES share/cmake/Torch Torch)
if(NOT LIBTORCH_CMAKE_DIR)
  message(FATAL_ERROR "LibTorch was not found (neither by CMAKE_PREFIX_PATH or Torch_DIR nor under .deps/libtorch). Run tools/setup.")
endif()
get_filename_component(LIBTORCH_ROOT "${LIBTORCH_CMAKE_DIR}/../../.." ABSOLUTE)
radforge_libtorch_version("${LIBTORCH_ROOT}" LIBTORCH_VERSION)

# An installed one of another version is passed over as tools/setup passes it over.
set(unpacked "${PROJECT_SOURCE_DIR}/.deps/libtorch/torch")
if(NOT LIBTORCH_VERSION IN_LIST RADFORGE_LIBTORCH_VERSIONS AND EXISTS "${unpacked}/share/cmake/Torch/TorchConfig.cmake")
  message(WARNING "LibTorch ${LIBTORCH_VERSION} in ${LIBTORCH_ROOT} is not among the tested versions (${RADFORGE_LIBTORCH_VERSIONS}): passed over.")
  set(LIBTORCH_ROOT "${unpacked}")
  radforge_libtorch_version("${LIBTORCH_ROOT}" LIBTORCH_VERSION)
endif()
if(NOT LIBTORCH_VERSION IN_LIST RADFORGE_LIBTORCH_VERSIONS)
  message(FATAL_ERROR "LibTorch ${LIBTORCH_VERSION} in ${LIBTORCH_ROOT} is not among the tested versions (${RADFORGE_LIBTORCH_VERSIONS}). "
                      "Run tools/setup, or add it to RADFORGE_LIBTORCH_VERSIONS and run 'make test'.")
endif()
message(STATUS "LibTorch ${LIBTORCH_VERSION}: ${LIBTORCH_ROOT}")

set(LIBTORCH_LIB_DIR "${LIBTORCH_ROOT}/lib")
file(GLOB libtorch_wheel_dirs "${LIBTORCH_ROOT}/../nvidia/*/lib")
add_library(radforge::torch INTERFACE IMPORTED)
# Searched last: the folder also holds the headers of LibTorch's own fmt, which must not shadow the one that is linked.
# nvcc has no such option: files of CUDA are without LibTorch.
target_compile_options(radforge::torch INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-idirafter ${LIBTORCH_ROOT}/include>")
# libgomp by its place: LibTorch carries its own, and a process must have one OpenMP runtime only.
file(GLOB libtorch_openmp "${LIBTORCH_LIB_DIR}/libgomp*.so*")
target_link_libraries(radforge::torch INTERFACE "${LIBTORCH_LIB_DIR}/libtorch_cpu.so" "${LIBTORCH_LIB_DIR}/libc10.so" ${libtorch_openmp})
foreach(directory IN LISTS libtorch_wheel_dirs)
  target_link_options(radforge::torch INTERFACE "LINKER:-rpath-link,${directory}")
endforeach()
if(RADFORGE_WITH_CUDA)
  include(LibTorchCuda)
endif()
