# SPDX-License-Identifier: MIT
# Run by cpack when all is installed in its own tree and before that becomes a package: what Debian has elsewhere, or wants
# besides (Debian Policy 12.5 and 12.7: doc/NAME/copyright and doc/NAME/changelog.gz).
set(usr "${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}")
set(doc "${usr}/share/doc/${CPACK_PACKAGE_NAME}")
file(RENAME "${doc}/LICENSE" "${doc}/copyright")
if(EXISTS "${usr}/share/zsh/site-functions") # where Debian's zsh does not look, below /usr
  file(RENAME "${usr}/share/zsh/site-functions" "${usr}/share/zsh/vendor-completions")
endif()

# The newest entry says which build this is; SOURCE_DATE_EPOCH, where it is set, when.
execute_process(COMMAND "${usr}/bin/contend" --version OUTPUT_VARIABLE build OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${doc}/changelog" "${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Built from the sources: ${build}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND gzip -9n "${doc}/changelog" COMMAND_ERROR_IS_FATAL ANY)
