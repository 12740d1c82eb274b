# Debian 12 packages (tools/setup installs them) and LibTorch (installed, or unpacked under .deps/ by tools/setup).
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(hwy REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(MPI REQUIRED COMPONENTS C)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(DCMTK REQUIRED CONFIG)

# HDF5: the serial flavour, asked for by name so that a parallel one installed beside it is not taken.
set(HDF5_PREFER_PARALLEL OFF)
find_package(HDF5 REQUIRED COMPONENTS C)

include(FindPackageHandleStandardArgs)
foreach(pair "deflate|libdeflate.h" "xxhash|xxhash.h" "utf8proc|utf8proc.h" "zip|zip.h" "pugixml|pugixml.hpp"
             "jemalloc|jemalloc/jemalloc.h")
  string(REPLACE "|" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 header)
  find_library(${name}_LIBRARY ${name} REQUIRED)
  find_path(${name}_INCLUDE_DIR ${header} REQUIRED)
  add_library(radforge::${name} INTERFACE IMPORTED)
  target_link_libraries(radforge::${name} INTERFACE "${${name}_LIBRARY}")
  target_include_directories(radforge::${name} SYSTEM INTERFACE "${${name}_INCLUDE_DIR}")
endforeach()
# By its files: its CMake package demands command line tools that lie in another Debian package.
find_library(openjpeg_LIBRARY openjp2 REQUIRED)
find_path(openjpeg_INCLUDE_DIR openjpeg.h PATH_SUFFIXES openjpeg-2.5 REQUIRED)
add_library(radforge::openjpeg INTERFACE IMPORTED)
target_link_libraries(radforge::openjpeg INTERFACE "${openjpeg_LIBRARY}")
target_include_directories(radforge::openjpeg SYSTEM INTERFACE "${openjpeg_INCLUDE_DIR}")
find_path(random123_INCLUDE_DIR Random123/philox.h REQUIRED)

# The C binding only: a C++ binding was removed from the standard, and its header is slow.
add_library(radforge::mpi INTERFACE IMPORTED)
target_link_libraries(radforge::mpi INTERFACE MPI::MPI_C)
target_compile_definitions(radforge::mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)

add_library(radforge::hdf5 INTERFACE IMPORTED)
target_link_libraries(radforge::hdf5 INTERFACE ${HDF5_C_LIBRARIES})
target_include_directories(radforge::hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})

if(RADFORGE_WITH_TORCH)
  include(FindLibTorch)
endif()
