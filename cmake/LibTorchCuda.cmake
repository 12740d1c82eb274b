# RADFORGE_WITH_CUDA: radforge::torch links LibTorch's CUDA libraries too, so that at:: operators run on CUDA tensors. What the
# wheels do not carry (cuBLAS, cuFFT, cuRAND, cuSOLVER, cuSPARSE) comes from the installed toolkit.
if(NOT EXISTS "${LIBTORCH_LIB_DIR}/libtorch_cuda.so")
  message(FATAL_ERROR "${LIBTORCH_LIB_DIR} has no libtorch_cuda.so (unpacked for the CPU only). Run tools/setup --cuda.")
endif()
find_package(CUDAToolkit 13)
if(NOT CUDAToolkit_FOUND)
  message(FATAL_ERROR "no CUDA 13 toolkit was found (nvcc in PATH, CUDAToolkit_ROOT). Load or install one, or leave RADFORGE_WITH_CUDA off.")
endif()

file(GLOB cuda_library_dirs "${LIBTORCH_ROOT}/../nvidia/*/lib")
foreach(directory IN LISTS cuda_library_dirs)
  target_link_options(radforge::torch INTERFACE "LINKER:-rpath-link,${directory}")
endforeach()
# Operators register themselves when the library is loaded: it is needed although no symbol of it is named. The toolkit's
# libraries are named too, because libtorch_cuda itself does not know where they lie.
target_link_libraries(radforge::torch INTERFACE
                      -Wl,--push-state,--no-as-needed "${LIBTORCH_LIB_DIR}/libtorch_cuda.so" "${LIBTORCH_LIB_DIR}/libc10_cuda.so"
                      CUDA::cublas CUDA::cublasLt CUDA::cufft CUDA::curand CUDA::cusolver CUDA::cusparse -Wl,--pop-state)
