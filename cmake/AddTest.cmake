find_package(Catch2 REQUIRED)
include(Catch) # beside the package in version 2

# Ranks on one machine: more ranks than cores, as root in a container, and no binding of all ranks to one core.
set(RADFORGE_MPI_TEST_ENV
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1;OMPI_MCA_hwloc_base_binding_policy=none;OMPI_MCA_mpi_yield_when_idle=1;OMPI_MCA_btl_vader_single_copy_mechanism=none;OMP_NUM_THREADS=1")

# radforge_discover_tests(<target> <prefix> <label> <timeout>): one CTest entry per test case, but those tagged [gpu].
function(radforge_discover_tests target prefix label timeout)
  catch_discover_tests(${target}
                       TEST_SPEC "~[gpu]~[.]" # not those that are hidden, either
                       TEST_PREFIX "${prefix}: "
                       DISCOVERY_MODE PRE_TEST
                       PROPERTIES LABELS ${label} TIMEOUT ${timeout}) # one label: Catch2's script takes a list apart
endfunction()

# radforge_discover_gpu_tests(<target> <prefix> [spec]): those that want a GPU, in a build for CUDA, under the label gpu. Skipped where there is
# none.
function(radforge_discover_gpu_tests target prefix)
  if(RADFORGE_WITH_CUDA)
    catch_discover_tests(${target}
                         TEST_SPEC ${ARGN}
                         TEST_PREFIX "${prefix}: "
                         DISCOVERY_MODE PRE_TEST
                         PROPERTIES LABELS gpu TIMEOUT 300 RUN_SERIAL ON SKIP_REGULAR_EXPRESSION "not tested: no GPU")
  endif()
endfunction()

# radforge_unit_test(<module> [target ...]): tests/unit/<module>/*.cpp as one executable, one CTest entry per test case.
function(radforge_unit_test module)
  if(NOT TARGET radforge_${module})
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/unit/${module}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(unit_${module} ${sources})
  target_link_libraries(unit_${module} PRIVATE radforge_${module} radforge_test_main ${ARGN})
  radforge_discover_tests(unit_${module} "unit/${module}" ${module} 120)
endfunction()

# radforge_mpi_test(<module> [target ...]): tests/mpi/<module>/*.cpp as one executable, run at 1, 2, 3 and 4 ranks.
function(radforge_mpi_test module)
  if(NOT TARGET radforge_${module})
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/mpi/${module}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(mpi_${module} ${sources})
  target_link_libraries(mpi_${module} PRIVATE radforge_${module} radforge_mpi_test_main ${ARGN})
  foreach(ranks 1 2 3 4)
    radforge_add_mpi_test("mpi/${module}: ${ranks} ranks" ${module} ${ranks} "~[gpu]~[.]")
  endforeach()
endfunction()

# radforge_add_mpi_test(<name> <module> <ranks> [test case ...]): one CTest entry of what radforge_mpi_test has built.
function(radforge_add_mpi_test name module ranks)
  add_test(NAME "${name}" COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:mpi_${module}> ${ARGN})
  set_tests_properties("${name}" PROPERTIES LABELS "${module};mpi" TIMEOUT 300 PROCESSORS 2 ENVIRONMENT
                                            "${RADFORGE_MPI_TEST_ENV}")
endfunction()
