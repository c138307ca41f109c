# llr_floor(<name> LINKS <targets>...): one static library of all C files in src/<name>.
# Headers of a floor are reachable as "<floor>/<object>.h" by the targets that link it, and by no
# others.
# PUBLIC links hand on the floors below; libraries that a floor must keep to itself are wrapped in
# targets named llr_<library> and linked PRIVATE.
function(llr_floor name)
  cmake_parse_arguments(FLOOR "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  add_library(llr_${name} STATIC ${sources})
  foreach(link IN LISTS FLOOR_LINKS)
    if(link IN_LIST LLR_FLOORS)
      target_link_libraries(llr_${name} PUBLIC ${link})
    else()
      target_link_libraries(llr_${name} PRIVATE ${link})
    endif()
  endforeach()
  # The include path of a floor holds that floor alone, so a header above it cannot be found.
  set(window ${PROJECT_BINARY_DIR}/floors/${name})
  file(MAKE_DIRECTORY ${window})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${name} ${window}/${name} SYMBOLIC)
  target_include_directories(llr_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${window})
  llr_compile_options(llr_${name})
endfunction()

set(LLR_FLOORS llr_base llr_linalg llr_theory llr_model llr_store llr_work llr_par)

function(llr_compile_options target)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wno-sign-conversion -Wshadow
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-psabi -fno-math-errno
    $<$<BOOL:${LLR_WERROR}>:-Werror>
    $<$<BOOL:${LLR_SANITIZE}>:-fsanitize=address,undefined -fno-omit-frame-pointer>
    $<$<BOOL:${LLR_COVERAGE}>:--coverage>)
  target_link_options(${target} PUBLIC
    $<$<BOOL:${LLR_SANITIZE}>:-fsanitize=address,undefined>
    $<$<BOOL:${LLR_COVERAGE}>:--coverage>)
endfunction()
