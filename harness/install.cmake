# SPDX-License-Identifier: MIT
# What `cmake --install` puts where, and the package that `cpack -G DEB` makes of it. Included by the CMakeLists.txt of the root.
include(GNUInstallDirs)
install(TARGETS contend RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# What the program looks for at run time lies below share/contend, next to its bin: see harness/base/data.c.
install(DIRECTORY bench/suites DESTINATION share/contend/bench FILES_MATCHING PATTERN "*.json")
install(DIRECTORY plots DESTINATION share/contend FILES_MATCHING PATTERN "*.gp")
install(DIRECTORY results/schema DESTINATION share/contend FILES_MATCHING PATTERN "*.json")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# For workloads of the user's own: the contract, where it is, and a file to begin with. The paths in contend.pc are
# relative to itself, so that a tree that was moved (DESTDIR) works where it is.
install(FILES bench/workload.h bench/expectation.h bench/task.h bench/ops.def DESTINATION include/contend)
install(DIRECTORY bench/template DESTINATION share/contend)
file(CONFIGURE OUTPUT contend.pc @ONLY CONTENT [[
prefix=${pcfiledir}/../..
includedir=${prefix}/include
templatedir=${prefix}/share/contend/template

Name: contend
Description: @PROJECT_DESCRIPTION@: the contract for workloads
Version: @PROJECT_VERSION@
Cflags: -I${includedir}
]])
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/contend.pc DESTINATION share/pkgconfig)

# The man page and the shells' completions lie in the build as they do below the prefix.
if(CONTEND_MANUAL)
  file(GLOB manual_sources CONFIGURE_DEPENDS harness/manual/*.c)
  add_executable(contend_manual ${manual_sources})
  target_link_libraries(contend_manual PRIVATE contend_options contend_frames contend_all)
  string(TIMESTAMP manual_date "%Y-%m-%d" UTC) # SOURCE_DATE_EPOCH, where it is set
  find_program(GZIP gzip)
  set(manual_files "")
  # The template, filled in: BUILD/share/DIR/NAME, installed as DATAROOT/DIR/NAME.
  function(manual_file template dir name)
    set(out ${PROJECT_BINARY_DIR}/share/${dir}/${name})
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/${dir})
    add_custom_command(OUTPUT ${out} DEPENDS contend_manual harness/manual/${template}
      COMMAND contend_manual ${PROJECT_SOURCE_DIR}/harness/manual/${template} ${out} ${manual_date} VERBATIM)
    list(APPEND manual_files ${out})
    if(dir MATCHES "^man/" AND GZIP)
      add_custom_command(OUTPUT ${out}.gz DEPENDS ${out} COMMAND ${GZIP} -9nkf ${out} VERBATIM)
      set(out ${out}.gz)
      list(APPEND manual_files ${out})
    endif()
    install(FILES ${out} DESTINATION ${CMAKE_INSTALL_DATADIR}/${dir})
    set(manual_files ${manual_files} PARENT_SCOPE)
  endfunction()
  manual_file(contend.1.in man/man1 contend.1)
  manual_file(contend.bash.in bash-completion/completions contend)
  manual_file(_contend.in zsh/site-functions _contend)
  manual_file(contend.fish.in fish/vendor_completions.d contend.fish)
  add_custom_target(manual ALL DEPENDS ${manual_files})
  add_dependencies(contend manual) # who builds the program alone, as bench/run does, can install it
endif()

# A package for the Debian that it is built on: `cpack -G DEB` in the build directory.
set(CONTEND_MAINTAINER "contend maintainers <maintainers@contend.example>" CACHE STRING "Maintainer of the Debian package: Name <address>")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${PROJECT_NAME})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${CONTEND_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "identical work under threads, processes and async")
# cpack indents these lines, as the control file wants; "." is an empty one.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "contend says which model of concurrency wins on a machine, by how much,
and how sure it is. A workload is written once, as a task that says what
it needs next. Pools of threads and of processes, event loops, fibers and
others run it. Each trial runs in a fresh process and proves that it did
the same work.
.
It also judges the machine, compares two programs or two runs, draws
figures, and measures itself against known truths.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # what the program links, by dpkg-shlibdeps
# Figures; their fonts; the library that the workload sha256 loads by itself.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot, fonts-dejavu-core, libssl3 | libssl3t64")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gcc, make, pkg-config") # for a workload of one's own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/harness/debian.cmake)
include(CPack)
