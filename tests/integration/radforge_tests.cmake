# The built program as its users run it.
if(TARGET radforge)
  foreach(name bench_checks device doctor pipeline quality image_quality evaluate report export_dataset training profiling bad_input hostile_names classifier sweep scaling diffusers_folders import_checkpoint latents read_by_h5py plan sites verify_repair demo)
    add_test(NAME "integration/${name}"
             COMMAND "${CMAKE_CURRENT_LIST_DIR}/${name}.py" $<TARGET_FILE:radforge> "${PROJECT_SOURCE_DIR}")
    set_tests_properties("integration/${name}" PROPERTIES LABELS integration TIMEOUT 600 PROCESSORS 2 SKIP_RETURN_CODE 77
                                                          ENVIRONMENT "${RADFORGE_MPI_TEST_ENV}")
  endforeach()
  set_tests_properties(integration/training PROPERTIES TIMEOUT 1500)
  set_tests_properties(integration/device PROPERTIES LABELS "integration;device")
  # Job files on virtual clusters of Slurm; skipped where it is not installed (tools/setup --slurm).
  foreach(name pipeline chain network bad_input)
    add_test(NAME "slurm/${name}" COMMAND "${PROJECT_SOURCE_DIR}/tests/slurm/${name}.py" $<TARGET_FILE:radforge>)
    set_tests_properties("slurm/${name}" PROPERTIES LABELS slurm TIMEOUT 900 PROCESSORS 2 SKIP_RETURN_CODE 77)
  endforeach()
  # The settings of src/cli/malloc_conf.cpp have reached jemalloc, so it is the allocator.
  add_test(NAME integration/allocator COMMAND radforge --version)
  set_tests_properties(integration/allocator PROPERTIES LABELS integration ENVIRONMENT "MALLOC_CONF=stats_print:true"
                                                        PASS_REGULAR_EXPRESSION "opt.oversize_threshold: 0\n.*opt.dirty_decay_ms: 30000 ")
endif()
