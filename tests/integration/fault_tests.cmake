# What happens when a rank or a run fails: small programs, and scripts that start them under mpirun, break them and look.
function(radforge_fault_program name)
  add_executable(${name} integration/${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()

# radforge_fault_test(<script> <program>): tests/integration/<script>.sh with mpirun and the program's path.
function(radforge_fault_test script program)
  add_test(NAME "integration/${script}"
           COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/integration/${script}.sh" ${MPIEXEC_EXECUTABLE} $<TARGET_FILE:${program}>)
  set_tests_properties("integration/${script}" PROPERTIES LABELS "faults;integration;comm;run" TIMEOUT 120 PROCESSORS 2
                       ENVIRONMENT "${RADFORGE_MPI_TEST_ENV}")
endfunction()

if(TARGET radforge_mpi_test_main)
  radforge_fault_program(fault_failing_test radforge_mpi_test_main)
  radforge_fault_test(fault_failing_test fault_failing_test)
endif()
radforge_fault_program(fault_world radforge_comm)
radforge_fault_test(fault_world fault_world)
radforge_fault_program(fault_run_dir radforge_run)
radforge_fault_test(fault_run_dir fault_run_dir)
radforge_fault_program(fault_watchdog radforge_comm)
foreach(script fault_watchdog_stopped fault_watchdog_stuck fault_watchdog_continued)
  radforge_fault_test(${script} fault_watchdog)
  set_tests_properties("integration/${script}" PROPERTIES TIMEOUT 300)
endforeach()
