# SPDX-License-Identifier: MIT
# Run at each build: cmake -D OUT=FILE -D SOURCE_DIR=… -D NAME=VALUE … -P build.cmake. Fills in build.c.in, and writes OUT only when
# that changes it. Where git does not tell the commit (no repository, no git), the commit is empty and the build goes on.
set(commit "")
if(EXISTS "${SOURCE_DIR}/.git") # else git would describe a repository that the tree happens to lie in
  # A hook, or a rebase that builds, has git look at another index.
  foreach(name GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE)
    unset(ENV{${name}})
  endforeach()
  # safe.directory: who builds a tree runs its scripts, so another owner of the files is no reason not to tell the commit.
  # No locks: a commit that the user makes meanwhile must not find the index locked.
  execute_process(COMMAND git --no-optional-locks -c safe.directory=* -C "${SOURCE_DIR}" describe --always --dirty --abbrev=12
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE result ERROR_QUIET)
  if(NOT result EQUAL 0)
    set(commit "")
  endif()
endif()
foreach(name commit VERSION TYPE SANITIZE COMPILER FLAGS SOURCE_DIR DATA_DIR) # each is a C string
  string(REPLACE "\\" "\\\\" ${name} "${${name}}")
endforeach()
configure_file("${CMAKE_CURRENT_LIST_DIR}/build.c.in" "${OUT}" @ONLY ESCAPE_QUOTES)
