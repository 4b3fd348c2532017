#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is installed works where it is put, with the files installed beside it.

load ../limit

setup() {
    DIR=$(mktemp -d)
}

teardown() {
    rm -rf "$DIR"
}

@test "an installed program uses its own suites and plots, also after a move" {
    cmake --install "$(dirname "$CONTEND")" --prefix "$DIR/prefix" >/dev/null
    mv "$DIR/prefix" "$DIR/moved"
    sed -i 's/"name": "quick"/"name": "mine"/' "$DIR/moved/share/contend/bench/suites/quick.json"
    run "$DIR/moved/bin/contend" list suites
    [[ "$output" == *"  mine "* && "$output" != *"  quick "* ]]
    "$DIR/moved/bin/contend" run --workload sleep --set time=1ms --units 8 --tasks 4 --models serial,async --concurrency 1,2 \
        --blocks 6 --quiet --out "$DIR/run" >/dev/null
    "$DIR/moved/bin/contend" plot "$DIR/run" --format svg | grep -q figures
}

@test "who builds the program alone can install it" {
    command -v ninja >/dev/null && [ -e "$CONTEND_BUILD/build.ninja" ] || skip "not built by ninja"
    ninja -C "$CONTEND_BUILD" -t query contend | grep -q '|| manual$'
    ninja -C "$CONTEND_BUILD" -t query manual >"$DIR/inputs"
    for file in man/man1/contend.1 bash-completion/completions/contend zsh/site-functions/_contend \
        fish/vendor_completions.d/contend.fish; do
        grep -qF "share/$file" "$DIR/inputs"
    done
}

@test "the man page and the completions lie where man and the shells look for them" {
    cmake --install "$(dirname "$CONTEND")" --prefix "$DIR/prefix" >/dev/null
    mv "$DIR/prefix" "$DIR/moved"
    cd "$DIR/moved/share"
    if command -v man >/dev/null; then
        LC_ALL=C.UTF-8 MANPATH="$PWD/man" man contend | grep -q 'identical work under threads, processes and async'
    fi
    [ -e man/man1/contend.1.gz ] || [ -e man/man1/contend.1 ]
    sed -i 's/"name": "quick"/"name": "mine"/' contend/bench/suites/quick.json
    PATH="$DIR/moved/bin:$PATH" bash -c '. bash-completion/completions/contend
COMP_WORDS=(contend run mi) COMP_CWORD=2; _contend; [ "${COMPREPLY[*]}" = mine ]'
    head -n 1 zsh/site-functions/_contend | grep -qx '#compdef contend'
    grep -q '^complete -c contend' fish/vendor_completions.d/contend.fish
    ! find "$DIR/moved" -perm /022 -not -type l | grep . # nobody else may write there
}
