# cmake --install: a tree that may be moved. bin/radforge looks for libraries in ../lib first, then where LibTorch lies.
set(RADFORGE_INSTALL_TORCH reference CACHE STRING
    "LibTorch of the installed tree: 'reference' (by its absolute path) or 'bundle' (copied into lib/)")
set_property(CACHE RADFORGE_INSTALL_TORCH PROPERTY STRINGS reference bundle)
if(NOT RADFORGE_INSTALL_TORCH MATCHES "^(reference|bundle)$")
  message(FATAL_ERROR "RADFORGE_INSTALL_TORCH is '${RADFORGE_INSTALL_TORCH}' (neither reference nor bundle)")
endif()

if(RADFORGE_WITH_CUDA AND RADFORGE_INSTALL_TORCH STREQUAL "bundle")
  message(FATAL_ERROR "RADFORGE_INSTALL_TORCH is 'bundle' (that carries the CPU libraries only): use 'reference' with RADFORGE_WITH_CUDA")
endif()

if(RADFORGE_INSTALL_TORCH STREQUAL "reference")
  # The link path adds the toolkit of a CUDA build; LibTorch itself may lie in the source tree, whose folders it leaves out.
  set_target_properties(radforge PROPERTIES INSTALL_RPATH "$ORIGIN/../lib;${LIBTORCH_LIB_DIR}" INSTALL_RPATH_USE_LINK_PATH ON)
  set(bundle_by_default EXCLUDE_FROM_ALL)
else()
  set_target_properties(radforge PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
  set(bundle_by_default "")
endif()
install(TARGETS radforge RUNTIME DESTINATION bin)

# The component `bundle` exists in both configurations: `cmake --install BUILD --component bundle` completes a tree later.
set(bundled "${LIBTORCH_LIB_DIR}/libtorch_cpu.so" "${LIBTORCH_LIB_DIR}/libc10.so")
file(GLOB runtime_libraries "${LIBTORCH_LIB_DIR}/libgomp*.so*"
     "${LIBTORCH_ROOT}/../nvidia/*/lib/libcudart.so.*" "${LIBTORCH_ROOT}/../nvidia/*/lib/libcupti.so.*")
install(FILES ${bundled} ${runtime_libraries} DESTINATION lib COMPONENT bundle ${bundle_by_default})

foreach(folder configs jobs)
  if(EXISTS "${PROJECT_SOURCE_DIR}/${folder}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}" DESTINATION share/radforge USE_SOURCE_PERMISSIONS) # some are programs
  endif()
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION share/radforge)

# Made by the program itself, from its table of commands.
install(CODE "set(RADFORGE_PROGRAM \"$<TARGET_FILE:radforge>\")")
install(CODE [[
  set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
  foreach(text "manual;share/man/man1/radforge.1" "completion;share/bash-completion/completions/radforge")
    list(GET text 0 option)
    list(GET text 1 file)
    execute_process(COMMAND "${RADFORGE_PROGRAM}" --${option} OUTPUT_VARIABLE content COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE "${root}/${file}" "${content}")
  endforeach()
]])
