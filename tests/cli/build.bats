#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A build knows the commit it was made of, and compiles anew only what depends on what changed. The tree here is a copy with a
# repository of its own. Its compiler notes each object and makes none; what an object depends on is read by the real one.

# What git takes from the user's own settings and from a hook that runs the tests.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@localhost GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@localhost

setup_file() {
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    export TREE="$BATS_FILE_TMPDIR/tree" BUILD="$BATS_FILE_TMPDIR/build" COMPILED="$BATS_FILE_TMPDIR/compiled"
    mkdir "$TREE"
    cp -r "$CONTEND_ROOT"/{CMakeLists.txt,LICENSE,README.md,bench,harness,plots,results} "$TREE"
    cat >"$BATS_FILE_TMPDIR/compiler" <<'END'
#!/bin/bash
while [ $# -gt 0 ]; do # the real compiler's arguments, but -o is the object and -c compiles
    case $1 in
    -o) object=$2 && shift ;;
    -c) ;;
    -MD | -MMD) ;;
    *) arguments+=("$1") ;;
    esac
    shift
done
"${arguments[@]}" -MM && echo "$object" >>"$COMPILED" && : >"$object"
END
    chmod +x "$BATS_FILE_TMPDIR/compiler"
    git -C "$TREE" init -q
    commit first
    cmake -S "$TREE" -B "$BUILD" -G Ninja -DBUILD_TESTING=OFF -DCONTEND_MANUAL=OFF -DCMAKE_C_COMPILER_LAUNCHER="$BATS_FILE_TMPDIR/compiler" \
        "-DCMAKE_C_LINK_EXECUTABLE=<CMAKE_COMMAND> -E touch <TARGET>"
    build
    [ "$(wc -l <"$COMPILED")" -gt 100 ]
}

commit() {
    git -C "$TREE" add -A
    git -C "$TREE" commit -q --allow-empty -m "$1"
}

build() {
    : >"$COMPILED"
    cmake --build "$BUILD"
}

told() { # COMMIT: what the build has for it
    grep -qF "build_commit[] = \"$1\"" "$BUILD/build_info.c"
}

described() {
    git -C "$TREE" rev-parse --short=12 HEAD
}

@test "a commit compiles one object, and nothing compiles none" {
    build
    [ ! -s "$COMPILED" ]
    commit second
    build
    cat "$COMPILED"
    [[ "$(cat "$COMPILED")" == *build_info.c.o ]]
    [ "$(wc -l <"$COMPILED")" -eq 1 ]
    told "$(described)"
}

@test "an uncommitted change shows after a plain build, and no more once it is committed" {
    echo >>"$TREE/README.md"
    echo "/* more */" >>"$TREE/harness/main.c"
    build
    told "$(described)-dirty"
    [ "$(wc -l <"$COMPILED")" -eq 2 ]
    commit third
    build
    told "$(described)"
    [ "$(wc -l <"$COMPILED")" -eq 1 ]
}

@test "a new workload and its row compile what reads the table, a new file of a layer itself alone" {
    sed 's/workload_sum\b/workload_another/' "$TREE/bench/cpu/sum.c" >"$TREE/bench/cpu/another.c"
    sed -i 's/^WORKLOAD(sum)/&\nWORKLOAD(another)/' "$TREE/bench/workloads.def"
    grep -q another "$TREE/bench/workloads.def"
    build
    cat "$COMPILED"
    grep -q bench/cpu/another.c.o "$COMPILED"
    grep -q bench/workloads.c.o "$COMPILED"
    [ "$(wc -l <"$COMPILED")" -le 5 ]
    echo 'int another(void); int another(void) { return 0; }' >"$TREE/harness/stats/another.c"
    build
    cat "$COMPILED"
    [[ "$(cat "$COMPILED")" == *harness/stats/another.c.o ]]
    [ "$(wc -l <"$COMPILED")" -eq 1 ]
}

@test "where git tells no commit the build goes on, and where the files are another's it tells it" {
    local cmake=$(command -v cmake)
    stamp() {
        "$cmake" -D OUT="$BUILD/build_info.c" -D SOURCE_DIR="$TREE" -P "$TREE/harness/base/build.cmake"
    }
    commit fourth
    GIT_TEST_ASSUME_DIFFERENT_OWNER=1 stamp
    told "$(described)"
    : >"$BATS_TEST_TMPDIR/index" # as a hook may have: with it all files would be gone
    GIT_INDEX_FILE="$BATS_TEST_TMPDIR/index" stamp
    told "$(described)"
    PATH=/nowhere stamp
    told ""
    git init -q "$BATS_FILE_TMPDIR" # another repository, which the tree only lies in
    mv "$TREE/.git" "$BATS_TEST_TMPDIR/repository"
    stamp
    told ""
    mv "$BATS_TEST_TMPDIR/repository" "$TREE/.git"
    rm -r "$BATS_FILE_TMPDIR/.git"
    stamp
    told "$(described)"
}
