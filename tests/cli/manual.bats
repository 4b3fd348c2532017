#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The man page: it has all that --help and the pages of this repository say, and renders without a warning.

load ../limit

setup() {
    DIR=$(mktemp -d)
    PAGE=$CONTEND_BUILD/share/man/man1/contend.1
}

teardown() {
    rm -rf "$DIR"
}

rendered() { # as one line, without what layout adds
    LC_ALL=C.UTF-8 MANWIDTH=200 man -E UTF-8 --nh --nj -l "$PAGE" | sed 's/.\x08//g' | tr -s ' \n' ' '
}

# What COMMAND says of a page, and of the same page with a macro that is none: the first must be nothing, the second not.
is_silent() { # COMMAND...
    cp "$PAGE" "$DIR/wrong.1"
    printf '.NOSUCH macro\n' >>"$DIR/wrong.1"
    "$@" "$DIR/wrong.1" >"$DIR/said" 2>&1 || true
    grep -q NOSUCH "$DIR/said"
    "$@" "$PAGE" >"$DIR/said" 2>&1
    [ ! -s "$DIR/said" ] || { cat "$DIR/said"; return 1; }
}

with_man() {
    LC_ALL=C.UTF-8 man --warnings=w -E UTF-8 -l "$1" 2>&1 >/dev/null
}

with_groff() {
    groff -ww -mandoc -Tutf8 "$1" 2>&1 >/dev/null
}

@test "man finds nothing to warn of" {
    command -v man >/dev/null || skip "man is not installed"
    is_silent with_man
}

@test "groff finds nothing to warn of" {
    command -v groff >/dev/null || skip "groff is not installed"
    is_silent with_groff
}

@test "mandoc finds nothing to warn of" {
    command -v mandoc >/dev/null || skip "mandoc is not installed"
    is_silent mandoc -Tlint
}

@test "each command, option and text of --help is in it" {
    command -v man >/dev/null || skip "man is not installed"
    rendered >"$DIR/page"
    export COLUMNS=9999
    for c in $("$CONTEND" --help | awk '/^  [a-z]/ {print $1}'); do
        "$CONTEND" "$c" --help | sed -n 's/^  \(--[a-z].*\)/\1/p' | grep -v '^--help ' >"$DIR/options"
        "$CONTEND" "$c" --help | sed -n '3,/^Options:/p' | grep -v '^Options:' >>"$DIR/options"
        while read -r line; do
            want=$(sed "s/\`//g; s/…/.../g" <<<"$line" | tr -s ' ' ' ')
            grep -qF -- "${want:1}" "$DIR/page" || { echo "$c: $line"; return 1; }
        done <"$DIR/options"
    done
}

@test "each model, workload and figure is in it, with what it is and what it needs" {
    command -v man >/dev/null || skip "man is not installed"
    rendered >"$DIR/page"
    for kind in models workloads figures; do
        "$CONTEND" list "$kind" --json >"$DIR/$kind"
    done
    /usr/bin/python3 - "$DIR" <<'END'
import json, sys
page = open(sys.argv[1] + "/page", encoding="utf-8").read()
sections = ["MODELS", "WORKLOADS", "FIGURES", "EXIT STATUS"]
for kind, section, after in zip(("models", "workloads", "figures"), sections, sections[1:]):
    text = page[page.index(f" {section} "):page.index(f" {after} ")]
    rows = json.load(open(f"{sys.argv[1]}/{kind}", encoding="utf-8"))
    assert rows
    for r in rows:
        want = f" {r['name']} {r['summary'][0].upper()}{r['summary'][1:]}."
        if kind == "figures":
            want += f" It needs {r['needs']}."
        assert want.replace("`", "").replace("…", "...") in text, want
END
}

@test "its exit codes are those of the page on results" {
    command -v man >/dev/null || skip "man is not installed"
    rendered >"$DIR/page"
    sed -n '/^## Exit codes/,/^The first/s/^| \([0-9]*\) | \(.*\) |$/\1 \2/p' "$CONTEND_ROOT/results/README.md" | tr -d '`' >"$DIR/codes"
    [ "$(wc -l <"$DIR/codes")" -ge 8 ]
    while read -r code text; do
        grep -qiF " $code $text." "$DIR/page" || { echo "$code $text"; return 1; }
    done <"$DIR/codes"
    [ "$(sed -n '/^\.SH EXIT STATUS/,/^\.SH ENV/p' "$PAGE" | grep -c '^\.TP')" -eq "$(wc -l <"$DIR/codes")" ]
}

@test "each variable that the program reads is in it" {
    sed -n '/^\.SH ENVIRONMENT/,/^\.SH FILES/p' "$PAGE" >"$DIR/section"
    grep -rhoE --include='*.[ch]' 'getenv\("[A-Z_]+"' "$CONTEND_ROOT/harness" "$CONTEND_ROOT/bench" | tr -d '"' | sed 's/.*(//' |
        sort -u >"$DIR/names"
    [ "$(wc -l <"$DIR/names")" -ge 5 ]
    while read -r name; do
        grep -qw "$name" "$DIR/section" || { echo "$name is missing"; return 1; }
    done <"$DIR/names"
}

@test "each run that it shows can be planned" {
    sed -n '/^\.EX/,/^\.EE/p' "$PAGE" | grep -v '^\.E[XE]' | sed 's/\\-/-/g; s/\\e$/\\/; s/\\(aq/'"'/g" |
        sed -e ':a' -e '/\\$/{N;s/\\\n *//;ba' -e '}' >"$DIR/shown"
    [ "$(grep -c '^contend run ' "$DIR/shown")" -ge 3 ]
    while read -r _ command arguments; do
        if [ "$command" = run ]; then
            "$CONTEND" run $arguments --dry-run >"$DIR/plan" </dev/null
            grep -qE '^[1-9][0-9]* cells?' "$DIR/plan"
        else
            "$CONTEND" "$command" --help >/dev/null
        fi
    done <"$DIR/shown"
}

@test "the files that it names are those of a run" {
    "$CONTEND" run --workload sleep --set time=1ms --units 4 --tasks 2 --models serial,async --concurrency 1,2 --blocks 2 --quiet \
        --out "$DIR/run" >/dev/null
    sed -n '/^\.I runs\/NAME/,/^\.TP/p' "$PAGE" | grep -oE '[a-z]+(\.jsonl?|\.xml|\.html|/)' | grep -vE '^([ab]|runs)/' | sort -u >"$DIR/names"
    (cd "$DIR/run" && ls -p) | sort -u | diff - "$DIR/names"
}

@test "a template with a part that is none makes no file" {
    printf 'text\n@nonsense@\n' >"$DIR/template"
    run "$CONTEND_BUILD/contend_manual" "$DIR/template" "$DIR/out" 2026-01-02
    [ "$status" -eq 1 ]
    [[ "$output" == *"@nonsense@: no such part"* ]]
    [ ! -e "$DIR/out" ]
    printf 'text\n@title@\n' >"$DIR/template"
    "$CONTEND_BUILD/contend_manual" "$DIR/template" "$DIR/out" 2026-01-02
    [ "$(cat "$DIR/out")" = "text
.TH CONTEND 1 \"2026-01-02\" \"$("$CONTEND" --version | cut -d' ' -f1,2)\" \"User Commands\"" ]
}
