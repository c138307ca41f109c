# What the build knows about itself, for --version and for the provenance of every table.
find_package(Git QUIET)
set(LLR_GIT "unknown")
string(TIMESTAMP LLR_DATE "%Y-%m-%d" UTC) # of the man page: the last change, where it is known
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} log -1 --format=%cs
                  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                  OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(date)
    set(LLR_DATE "${date}")
  endif()
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --tags
                  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                  OUTPUT_VARIABLE git OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(git)
    set(LLR_GIT "${git}")
  endif()
endif()
set(LLR_COMPILER "${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/build_facts.h.in
               ${PROJECT_BINARY_DIR}/generated/build_facts.h)
