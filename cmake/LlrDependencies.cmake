# Finds every library once and wraps each in an interface target of our own name, so that a floor
# links exactly what it may know.
find_package(MPI REQUIRED COMPONENTS C)
set(HDF5_PREFER_PARALLEL TRUE)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "HDF5 was built without MPI; set HDF5_ROOT to a parallel HDF5 "
                      "(Debian: libhdf5-openmpi-dev)")
endif()
set(BLA_VENDOR OpenBLAS CACHE STRING "BLAS to use")
find_package(LAPACK REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig)

function(llr_find_library target name header library package)
  if(PkgConfig_FOUND)
    pkg_check_modules(PC_${target} QUIET ${package})
  endif()
  find_path(${target}_INCLUDE ${header} HINTS ${PC_${target}_INCLUDE_DIRS} ${ARGN}
            PATH_SUFFIXES openblas openblas-pthread openblas-openmp openblas-serial cminpack-1)
  add_library(${target} INTERFACE)
  if(library)
    find_library(${target}_LIBRARY ${library} HINTS ${PC_${target}_LIBRARY_DIRS} ${ARGN})
    if(NOT ${target}_LIBRARY)
      message(FATAL_ERROR "${name} not found; set CMAKE_PREFIX_PATH to where it is installed "
                          "(Debian: ${name})")
    endif()
    target_link_libraries(${target} INTERFACE ${${target}_LIBRARY})
  endif()
  if(NOT ${target}_INCLUDE)
    message(FATAL_ERROR "${header} not found; set CMAKE_PREFIX_PATH to where ${name} is installed")
  endif()
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_INCLUDE})
endfunction()

llr_find_library(llr_yaml libyaml-dev yaml.h yaml yaml-0.1)
llr_find_library(llr_xxhash libxxhash-dev xxhash.h xxhash libxxhash)
llr_find_library(llr_random123 librandom123-dev Random123/philox.h "" random123)
llr_find_library(llr_minpack libcminpack-dev cminpack.h cminpack cminpack)
llr_find_library(llr_sleef libsleef-dev sleef.h sleef sleef)
llr_find_library(llr_zlib zlib1g-dev zlib.h z zlib)
llr_find_library(llr_cunit libcunit1-dev CUnit/Basic.h cunit cunit)
llr_find_library(llr_cblas libopenblas-pthread-dev cblas.h "" openblas)

# ScaLAPACK has no header, and Debian's CMake configuration of it is broken.
if(PkgConfig_FOUND)
  pkg_check_modules(PC_SCALAPACK QUIET scalapack-openmpi)
endif()
find_library(LLR_SCALAPACK NAMES scalapack-openmpi scalapack-mpich scalapack
             HINTS ${PC_SCALAPACK_LIBRARY_DIRS})
if(NOT LLR_SCALAPACK)
  message(FATAL_ERROR "ScaLAPACK not found; set CMAKE_PREFIX_PATH to where it is installed "
                      "(Debian: libscalapack-openmpi-dev)")
endif()

add_library(llr_blas INTERFACE)
target_link_libraries(llr_blas INTERFACE llr_cblas LAPACK::LAPACK)
add_library(llr_mpi INTERFACE)
target_link_libraries(llr_mpi INTERFACE MPI::MPI_C Threads::Threads)
add_library(llr_scalapack INTERFACE) # BLAS stands first: it is the one that ScaLAPACK is to call
target_link_libraries(llr_scalapack INTERFACE LAPACK::LAPACK ${LLR_SCALAPACK} MPI::MPI_C)
add_library(llr_hdf5 INTERFACE)
target_link_libraries(llr_hdf5 INTERFACE hdf5::hdf5 MPI::MPI_C)

function(llr_feature_summary)
  message(STATUS "llrsweep ${PROJECT_VERSION} (${LLR_GIT})")
  message(STATUS "  build type   ${CMAKE_BUILD_TYPE}, ${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}")
  message(STATUS "  MPI          ${MPI_C_VERSION} (${MPI_C_COMPILER})")
  message(STATUS "  BLAS/LAPACK  ${BLAS_LIBRARIES}")
  message(STATUS "  ScaLAPACK    ${LLR_SCALAPACK}")
  message(STATUS "  HDF5         ${HDF5_VERSION}, parallel")
  message(STATUS "  sanitizers   ${LLR_SANITIZE}, coverage ${LLR_COVERAGE}, tests ${LLR_TESTS}")
endfunction()
