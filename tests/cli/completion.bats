#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The shells' completions: bash's by its function, and all three by lines that are typed into the real shells. They offer
# what the program has, and never execute what a file, a suite or a workload is called.

load ../limit

setup() {
    DIR=$(mktemp -d)
    SHARE=$CONTEND_BUILD/share
    export PATH="$CONTEND_BUILD:$PATH" LC_ALL=C.UTF-8
    mkdir "$DIR/work"
    cd "$DIR/work" || exit 1
}

teardown() {
    rm -rf "$DIR"
}

# What bash offers behind these words, one a line.
offers() { # WORDS...
    bash -c '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _contend; printf "%s\n" "${COMPREPLY[@]}"' - \
        "$SHARE/bash-completion/completions/contend" contend "$@"
}

# A line with tabs (\t), as the shell then has it, without the blank or comma that it may have added for what follows.
typed() { # SHELL LINE
    local shell=("$1")
    export HOME=$DIR ZDOTDIR=$DIR TERM=xterm DUMP=$DIR/line
    rm -f "$DUMP"
    case $1 in
    bash)
        cat >"$DIR/bashrc" <<END
PS1='ready> '
. '$SHARE/bash-completion/completions/contend'
dump() { printf '%s\n' "\$READLINE_LINE" >"\$DUMP.new" && mv "\$DUMP.new" "\$DUMP"; }
bind -x '"\C-x": dump'
END
        shell+=(--noprofile --rcfile "$DIR/bashrc" -i)
        ;;
    zsh)
        cat >"$DIR/.zshrc" <<END
PS1='ready> '
fpath=('$SHARE/zsh/site-functions' \$fpath)
autoload -Uz compinit && compinit -u -D
bindkey '^I' complete-word # zsh's own expand-or-complete runs what stands in \$(), whatever the command
dump() { print -r -- "\$BUFFER" >"\$DUMP.new" && mv "\$DUMP.new" "\$DUMP" }
zle -N dump && bindkey '^X' dump
END
        shell+=(-d -i)
        ;;
    fish)
        cat >"$DIR/init.fish" <<END
function fish_prompt; echo -n 'ready> '; end
function dump; commandline >"\$DUMP.new"; and mv "\$DUMP.new" "\$DUMP"; end
source '$SHARE/fish/vendor_completions.d/contend.fish'
bind \cx dump
END
        shell+=(--no-config -i -C "source '$DIR/init.fish'")
        ;;
    esac
    "$CONTEND_ROOT/tests/cli/type_line" "$DUMP" "$2" "$(($(scaled 60000) / 1000))" "${shell[@]}" | sed 's/[ ,]*$//'
}

# Each line of standard input is `TYPED => EXPECTED`: typed into that shell it becomes the expected one.
check_typed() { # SHELL
    local line got
    while IFS='' read -r line; do
        got=$(typed "$1" "${line% => *}")
        [ "$got" = "${line#* => }" ] || { echo "$line: got '$got'"; return 1; }
    done
}

# What they all make of the same lines.
the_lines() {
    mkdir -p "my runs/one"
    touch "a b.json" "x:z.json" plug.so plug.txt
    cat <<'END'
contend sho\t => contend show
contend run qui\t => contend run quick
contend run --workload requ\t => contend run --workload request
contend run --until\t => contend run --until-clear
contend run --mode=clo\t => contend run --mode=closed
contend run --models serial,async-t\t => contend run --models serial,async-threads
contend run --workload alloc --set fre\town,o\t => contend run --workload alloc --set freed=own,other
contend run --out my\t => contend run --out my\ runs/
contend run ./a\t => contend run ./a\ b.json
contend compare --floor x:z\t => contend compare --floor x:z.json
contend run --plugin pl\t => contend run --plugin plug.so
contend list findi\twork\t => contend list findings work_differs
contend list --names models threads-g\t => contend list --names models threads-gil
contend plot my\t => contend plot my\ runs/
contend plot --format png before my\t => contend plot --format png before my\ runs/
END
}

@test "a line typed into bash is completed" {
    the_lines | check_typed bash
}

@test "a line typed into zsh is completed" {
    command -v zsh >/dev/null || skip "zsh is not installed"
    the_lines | check_typed zsh
}

@test "a line typed into fish is completed" {
    command -v fish >/dev/null || skip "fish is not installed"
    the_lines | check_typed fish
}

@test "the scripts are sound by their shells' own check, and by shellcheck" {
    bash -n "$SHARE/bash-completion/completions/contend"
    if command -v shellcheck >/dev/null; then
        shellcheck "$SHARE/bash-completion/completions/contend"
    fi
    if command -v zsh >/dev/null; then
        zsh -n "$SHARE/zsh/site-functions/_contend"
    fi
    if command -v fish >/dev/null; then
        fish --no-execute "$SHARE/fish/vendor_completions.d/contend.fish"
    fi
}

@test "bash offers all commands, and all options of each" {
    diff <("$CONTEND" --help | awk '/^  [a-z]/ {print $1}' | sort) <(offers '' | grep -vE '^(--.*|help)$' | sort)
    for c in $("$CONTEND" --help | awk '/^  [a-z]/ {print $1}'); do
        diff <("$CONTEND" "$c" --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort) <(offers "$c" -- | sort)
    done
}

# What the program says that it expects, one a line: of a message "expected a, b or c, got 'x'".
expected() { # ARGUMENTS...
    "$CONTEND" "$@" 2>&1 | sed -n "s/.*expected //; s/, got .*//; s/ or the name of one.*//; s/ or /, /; s/, /\n/gp"
}

@test "the words that bash offers are those that the program takes" {
    same() { # FILE WORDS...: what is in the file is offered behind the words
        local file=$1
        shift
        [ -s "$file" ]
        diff <(sort "$file") <(offers "$@" | sort)
    }
    expected run --workload sleep --mode x >list
    same list run --mode ''
    expected run --workload sleep --libc-threads x >list
    same list run --libc-threads ''
    expected place --order x >list
    same list place --order ''
    same list run --order ''
    expected compare --format x a b >list
    same list compare --format ''
    expected compare --fail-on x a b | grep -v : >list
    same list compare --fail-on ''
    expected plot --format x a >list
    same list plot --format ''
    expected export --format x a >list
    same list export --format ''
    expected export --what x a >list
    same list export --what ''
    expected list nosuch >list
    same list list ''
    for kind in $(cat list); do
        "$CONTEND" list "$kind" --names >names
        same names list "$kind" ''
    done
    "$CONTEND" list figures --names >list
    same list plot --figure ''
    "$CONTEND" list models --names >list
    same list verify --models ''
    echo all >>list
    same list run --models ''
    "$CONTEND" list suites --names >list
    same list run ''
    "$CONTEND" verify --list | awk '{print $1}' >list
    same list verify --bar ''
}

@test "bash offers the parameters of each workload, and what those may be that are choices" {
    "$CONTEND" list workloads --json | /usr/bin/python3 -c 'import json, sys
for w in json.load(sys.stdin):
    for p in w["params"]:
        print(w["name"], p["name"] + "=", *(p["choices"] or {"bool": ["no", "yes"]}.get(p["type"], [])))' >list
    [ "$(wc -l <list)" -gt 20 ]
    for workload in $(cut -d' ' -f1 list | uniq); do
        diff <(sed -n "s/^$workload \(\S*\).*/\1/p" list | sort) <(offers run --workload "$workload" --set '' | sort)
    done
    while read -r workload parameter choices; do
        [ "$(offers run --workload="$workload" --set "${parameter%=}" = '' | sort | tr '\n' ' ')" = \
            "$(printf '%s\n' $choices | sort | tr '\n' ' ')" ]
    done < <(grep '= ' list)
    offers run --set '' | grep -qx wait= # without a workload those of all
}

@test "bash offers files by their names: with a blank, a colon, a quote; and folders alone where a folder is wanted" {
    mkdir -p "my runs/a" x:y
    touch "my runs/a b" x:z 'q"uote' one.so
    diff <(printf '%s\n' "my runs" x:y | sort) <(offers run --out '' | sort)
    [ "$(offers run --out my)" = "my runs" ]
    [ "$(offers run --out 'my\ runs/')" = "my runs/a" ]
    [ "$(offers run --out '"my runs/')" = "my runs/a" ]
    [ "$(offers compare --floor 'my\ runs/a\ ')" = "my runs/a b" ]
    [ "$(offers compare --floor x : z)" = z ] # bash has cut it, and keeps what is before
    [ "$(offers compare --floor x:z)" = x:z ] # where COMP_WORDBREAKS has no colon
    [ "$(offers compare --floor=x:z)" = --floor=x:z ]
    [ "$(offers compare --floor = x : z)" = z ]
    [ "$(offers show x :)" = y/ ]
    [ "$(offers compare 'q\"')" = 'q"uote' ]
    diff <(printf '%s\n' "my runs" one.so x:y | sort) <(offers run --plugin '' | sort)
    [ -z "$(offers run --workers '')" ]
    [ -z "$(offers nosuch '')" ]
    [ -z "$(offers doctor '')" ]
}

hostile='$(touch pwned)`touch pwned`;touch pwned;"'\''$(touch pwned)'

@test "what files are called is never executed" {
    touch "a$hostile.json" "b$hostile.so" "$(printf 'd\n%s' "$hostile")"
    mkdir "c$hostile"
    offers run ./ >../offered
    [ "$(grep -c pwned ../offered)" -ge 2 ]
    offers compare '' >/dev/null
    for shell in bash zsh fish; do
        command -v "$shell" >/dev/null || continue
        for line in 'run ./a' '--plugin b' '--out c' '--set dir=a' 'compare ./d'; do
            got=$(typed "$shell" "contend ${line/--/run --}\t")
            [[ "$got" == *pwned* || "$line" == compare* ]] || { echo "$shell: $line: not offered: $got"; return 1; }
            "$shell" -c ": ${got#contend }" || true # the line that the user would send off
            [ ! -e pwned ] || { echo "$shell: $line"; return 1; }
        done
    done
}

@test "what is typed is never executed before it is sent off" {
    for word in "$hostile" "x[$hostile]" "--$hostile" "--x[$hostile]=" "--set=$hostile=" "@" "*"; do
        offers "$word" >/dev/null
        offers "$word" '' >/dev/null
        offers run "$word" '' >/dev/null
        offers run --workload "$word" --set '' >/dev/null
        offers run --workload "$word" --set "$word" = "$word" >/dev/null
        offers run --models "$word," >/dev/null
        offers list "$word" '' >/dev/null
        offers show "$word" >/dev/null
    done
    for shell in bash zsh fish; do
        command -v "$shell" >/dev/null || continue
        for line in 'run --out $(touch pwned)' 'run --set dir=$(touch pwned)' 'run --workload $(touch pwned) --set ' \
            'run --models $(touch pwned),s' 'list $(touch pwned) ' 'run --plugin "$(touch pwned)'; do
            typed "$shell" "contend $line\t" >/dev/null
            [ ! -e pwned ] || { echo "$shell: $line"; return 1; }
        done
    done
    [ ! -e pwned ]
}

@test "what a suite is called is never executed" {
    cmake --install "$CONTEND_BUILD" --prefix "$DIR/prefix" >/dev/null
    /usr/bin/python3 -c 'import json, sys
suite = json.load(open(sys.argv[1]))
suite["name"] = "evil" + sys.argv[2]
json.dump(suite, open(sys.argv[3], "w"))' "$CONTEND_ROOT/bench/suites/quick.json" "$hostile" \
        "$DIR/prefix/share/contend/bench/suites/evil.json"
    export PATH="$DIR/prefix/bin:$PATH"
    "$DIR/prefix/bin/contend" list suites --names | grep -qF "evil$hostile"
    offers run '' | grep -qx quick
    for shell in bash zsh fish; do
        command -v "$shell" >/dev/null || continue
        got=$(typed "$shell" 'contend run ev\t')
        "$shell" -c ": ${got#contend }" || true
        [ ! -e pwned ] || { echo "$shell: $got"; return 1; }
    done
}

@test "no plug-in is loaded by completing" {
    printf '#include <fcntl.h>\n__attribute__((constructor)) static void f(void) { creat("loaded", 0600); }\n' >plug.c
    cc -shared -fPIC -o plug.so plug.c
    "$CONTEND" list --plugin ./plug.so 2>/dev/null || true
    [ -e loaded ] # so it would show
    rm loaded
    offers run --plugin ./plug.so --workload '' | grep -qx sleep
    offers list --plugin ./plug.so workloads '' | grep -qx sleep
    for shell in bash zsh fish; do
        command -v "$shell" >/dev/null || continue
        got=$(typed "$shell" 'contend run --plugin ./plug.so --workload requ\t')
        [ "$got" = "contend run --plugin ./plug.so --workload request" ]
    done
    [ ! -e loaded ]
}
