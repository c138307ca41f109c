# The library that other programs link, and what `cmake --install` puts where.
add_library(llrsweep_library SHARED)
foreach(floor IN LISTS LLR_FLOORS)
  target_sources(llrsweep_library PRIVATE $<TARGET_OBJECTS:${floor}>)
endforeach()
target_link_libraries(llrsweep_library PRIVATE llr_xxhash llr_blas llr_sleef llr_yaml llr_minpack llr_hdf5 llr_scalapack llr_zlib llr_mpi m)
target_include_directories(llrsweep_library INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set(LLR_SYMBOLS ${PROJECT_SOURCE_DIR}/cmake/llrsweep.map)
target_link_options(llrsweep_library PRIVATE
  -Wl,--version-script=${LLR_SYMBOLS} -Wl,--no-undefined -Wl,--as-needed)
set_target_properties(llrsweep_library PROPERTIES
  OUTPUT_NAME llrsweep EXPORT_NAME llrsweep LINKER_LANGUAGE C LINK_DEPENDS ${LLR_SYMBOLS}
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  INSTALL_RPATH_USE_LINK_PATH ON)
set_target_properties(llrsweep PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)

# llr_page(<topic> <file>): a file that the program itself writes when it was built.
function(llr_page topic file)
  add_custom_command(OUTPUT ${file} DEPENDS llrsweep ${PROJECT_SOURCE_DIR}/cmake/LlrPage.cmake
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:llrsweep> -DTOPIC=${topic} -DFILE=${file}
            -P ${PROJECT_SOURCE_DIR}/cmake/LlrPage.cmake VERBATIM)
  add_custom_target(llrsweep_${topic} ALL DEPENDS ${file})
endfunction()
set(pages ${PROJECT_BINARY_DIR}/pages)
file(MAKE_DIRECTORY ${pages})
llr_page(man ${pages}/llrsweep.1)
llr_page(completion ${pages}/llrsweep)
install(FILES ${pages}/llrsweep.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/llrsweep
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)

include(CMakePackageConfigHelpers)
set(config ${PROJECT_BINARY_DIR}/generated)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/llrsweep)
file(RELATIVE_PATH LLR_PREFIX_FROM_PC /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" LLR_PREFIX_FROM_PC ${LLR_PREFIX_FROM_PC})
configure_file(${PROJECT_SOURCE_DIR}/cmake/llrsweep.pc.in ${config}/llrsweep.pc @ONLY)
write_basic_package_version_file(${config}/llrsweepConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)

install(TARGETS llrsweep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS llrsweep_library EXPORT llrsweep LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT llrsweep FILE llrsweepConfig.cmake NAMESPACE llrsweep:: DESTINATION ${config_folder})
install(FILES ${config}/llrsweepConfigVersion.cmake DESTINATION ${config_folder})
install(FILES ${config}/llrsweep.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES include/llr/sweep.h include/llr/status.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/llr)
install(DIRECTORY slurm DESTINATION ${CMAKE_INSTALL_DATADIR}/llrsweep USE_SOURCE_PERMISSIONS
        PATTERN site.env EXCLUDE)
install(FILES docs/example.c docs/python.md README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
