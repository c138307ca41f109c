# One way to add each kind of test; all run one BLAS thread and forgive more ranks than cores.
set(LLR_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
  OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl_base_warn_component_unused=0
  OMPI_MCA_orte_execute_quiet=1
  OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 HDF5_USE_FILE_LOCKING=FALSE
  LLR_BINARY=$<TARGET_FILE:llrsweep> LLR_SOURCE=${PROJECT_SOURCE_DIR}
  LLR_SCRATCH=${PROJECT_BINARY_DIR}/scratch LLR_MPIEXEC=${MPIEXEC_EXECUTABLE})
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/scratch)

# llr_unit_test(<name> LINKS <floors>...): tests/unit/test_<name>.c, a CUnit program without MPI.
function(llr_unit_test name)
  cmake_parse_arguments(TEST "" "" "LINKS" ${ARGN})
  add_executable(test_${name} test_${name}.c)
  target_link_libraries(test_${name} PRIVATE ${TEST_LINKS} llr_cunit m)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  llr_compile_options(test_${name})
  add_test(NAME unit_${name} COMMAND test_${name})
  set_tests_properties(unit_${name} PROPERTIES LABELS unit TIMEOUT 600
                       ENVIRONMENT "${LLR_TEST_ENVIRONMENT}")
endfunction()

# llr_program_test(<name> <label>): tests/program/test_<name>.c, a CUnit program that starts llrsweep.
function(llr_program_test name label)
  add_executable(test_${name} test_${name}.c)
  target_link_libraries(test_${name} PRIVATE llr_cunit m)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  llr_compile_options(test_${name})
  add_dependencies(test_${name} llrsweep)
  add_test(NAME ${label}_${name} COMMAND test_${name})
  set_tests_properties(${label}_${name} PROPERTIES LABELS ${label} TIMEOUT 1800 PROCESSORS 2
                       ENVIRONMENT "${LLR_TEST_ENVIRONMENT}")
endfunction()
