# SPDX-License-Identifier: MIT
# The page's style sheet and script as texts of the program: cmake -D OUT=FILE.c -D "STYLE=FILE" -D "SCRIPT=FILE" -P
# embed.cmake. Each becomes an array that ends with a NUL.
set(text "/* Made by embed.cmake from page.css and page.js. */\n")
foreach(name style script)
  string(TOUPPER ${name} variable)
  file(READ "${${variable}}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND text "extern const char page_${name}[];\nconst char page_${name}[] = {${bytes}0};\n")
endforeach()
file(WRITE "${OUT}" "${text}")
