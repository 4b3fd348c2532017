#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Figures as files: those that a run's cells can carry and no others, whole, the same each time, and safe from what they are
# called.

bats_require_minimum_version 1.5.0

load ../limit

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR
    command -v gnuplot >/dev/null || skip "gnuplot is not installed"
}

teardown() {
    cd / && rm -rf "$DIR"
}

@test "each figure is drawn of what its own command measures, in each format" {
    "$CONTEND" list figures --json | /usr/bin/python3 -c 'import json, sys
for f in json.load(sys.stdin):
    print(f["name"], f["command"].removeprefix("contend "), sep="\t")' >rows
    [ "$(wc -l <rows)" -ge 8 ]
    mkdir drawn
    sort -t $'\t' -k2 rows >by_command # some share a run
    local before='' n=0
    while IFS=$'\t' read -r name command; do
        if [[ $command == run* && $command != "$before" ]]; then
            n=$((n + 1))
            read -ra words <<<"$command"
            "$CONTEND" "${words[@]}" --blocks 2 --quiet --out "run$n" >/dev/null </dev/null
            before=$command
        fi
        [[ $command == run* ]] || continue
        for format in svg png pdf; do
            "$CONTEND" plot "run$n" --figure "$name" --format $format --out "drawn/$name" </dev/null >/dev/null
            [ "$(find "drawn/$name" -name "$name*.$format" -size +1k | wc -l)" -ge 1 ]
        done
        "$CONTEND" plot "run$n" --figure "$name" --format text </dev/null >"drawn/$name/text"
        /usr/bin/python3 -c 'import sys
wide = [l for l in open(sys.argv[1], encoding="utf-8") if len(l.rstrip("\n")) > 78]
assert not wide, wide' "drawn/$name/text"
    done <by_command
    find drawn -name '*.svg' -exec /usr/bin/python3 -c 'import sys, xml.etree.ElementTree as x
for path in sys.argv[1:]:
    root = x.parse(path).getroot()
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), path
    texts = {c.tag.split("}")[1]: c.text for c in root}
    assert len(texts["title"]) > 10 and len(texts["desc"]) > 40, (path, texts)' {} +
}

@test "a run draws the figures that its cells carry, and no others; drawn again they have the same bytes" {
    "$CONTEND" run --workload request --set compute=1000,2000 --set wait=0ns --models serial,threads,async --workers 1,2 --units 64 --blocks 6 --quiet --out run >/dev/null
    for f in run/figures/*.svg; do
        [ -s "${f%.svg}.png" ]
    done
    ls run/figures | sed -n 's/-.*svg//p' | sort -u >drawn
    grep -qx speedup drawn
    run -1 grep -xE 'throughput|latency|crossover' drawn # what is in flight follows the workers
    for format in svg png pdf; do
        "$CONTEND" plot run --format $format --out "once-$format" >/dev/null
        sleep 1.1 # a date in a file would be another
        "$CONTEND" plot run --format $format --out "again-$format" >/dev/null
        diff -r "once-$format" "again-$format"
    done
    cmp run/figures/speedup-request-compute-1000.svg once-svg/speedup-request-compute-1000.svg
    [ -z "$(find . -name '*.tmp')" ]
}

@test "a parameter that goes together with the concurrency makes no map" {
    echo '{"schema": "contend/suite/1", "name": "ring", "blocks": 2, "runs": [
        {"workload": "switch", "set": {"ring": 2}, "concurrency": 2, "models": ["threads", "processes"], "units": 64},
        {"workload": "switch", "set": {"ring": 4}, "concurrency": 4, "models": ["threads", "processes"], "units": 64}]}' >ring.json
    "$CONTEND" run ./ring.json --quiet --out ring >tables
    run -1 grep 'Who wins where' tables
    run "$CONTEND" plot ring --figure crossover
    [ "$status" -eq 1 ]
    [[ "$output" == *"has no figure crossover: it needs two values or more of a parameter"*"as in: contend run"* ]]
}

@test "a directory's name runs no command, and quotes in a name lose no figure" {
    local dir
    for dir in '|touch pwned;true' '~' "it's" "'quoted'" 'a b"c'; do
        mkdir -p "./$dir"
        "$CONTEND" run --workload primes --set limit=2000 --models serial,threads --units 8 --blocks 2 --quiet --out "./$dir/run" >/dev/null
        (cd "./$dir" && mv run "./$dir" && "$CONTEND" plot "./$dir" --out "$dir figures" >said)
        [ "$(find "./$dir/$dir figures" -name '*.svg' | wc -l)" -ge 2 ]
    done
    [ -z "$(find . -name pwned)" ]
    mkdir "'x'' y''"
    printf 'some text in a file\n' >"'x'' y''/text"
    "$CONTEND" run --workload letters --set dir="./'x'' y''" --models serial,threads --units 8 --blocks 2 --quiet --out quotes >/dev/null 2>err
    [ ! -s err ]
    [ "$(find quotes/figures -name '*letters*.svg' | wc -l)" -ge 2 ]
}

@test "a number that is none of this world stops no figure" {
    "$CONTEND" run --workload primes --set limit=2000 --models serial,threads --workers 1,2 --units 8 --blocks 2 --quiet --out run >/dev/null
    sed '2s/"wall_ns":[0-9]*/"wall_ns":0/' run/trials.jsonl >other && mv other run/trials.jsonl
    "$CONTEND" plot run --out again >said 2>err
    [ ! -s err ]
    [ -s again/noise.svg ]
}

@test "a gnuplot that closes its output and goes on is ended, and so is the plot by a signal" {
    "$CONTEND" run --workload primes --set limit=2000 --models serial,threads --units 8 --blocks 2 --quiet --out run >/dev/null
    mkdir fake
    printf '#!/bin/sh\nexec >&- 2>&-\nexec sleep 1000\n' >fake/gnuplot
    chmod +x fake/gnuplot
    PATH=$PWD/fake:$PATH "$CONTEND" plot run --figure noise --out none >said 2>&1 &
    local plot=$!
    sleep 1
    kill -INT "$plot"
    code=0
    wait "$plot" || code=$?
    [ "$code" -eq 130 ]
    [ ! -e none/noise.svg ]
}

@test "a directory for drawing that another program took away is made anew" {
    "$CONTEND" run --workload primes --set limit=2000 --models serial,threads --units 8 --blocks 2 --quiet --out run >/dev/null
    mkdir fake
    printf '#!/bin/sh\n[ "$(wc -l <taken)" -ge 3 ] || { rm "$2"; (sleep .1; rm -r "$(dirname "$2")") >&- 2>&- & echo once >>taken; exit 1; }\nexec "%s" "$@"\n' "$(command -v gnuplot)" >fake/gnuplot
    chmod +x fake/gnuplot
    sed -i "s|taken|$PWD/taken|g" fake/gnuplot
    : >taken
    PATH=$PWD/fake:$PATH "$CONTEND" plot run --out drawn >said 2>err
    [ "$(wc -l <taken)" -eq 3 ]
    [ ! -s err ]
    diff <(ls drawn) <(cd run/figures && ls ./*.svg | sed 's|./||')
    : >taken
    PATH=$PWD/fake:$PATH "$CONTEND" report run --out again.html >said 2>err
    [ "$(wc -l <taken)" -eq 3 ]
    [ ! -s err ]
    cmp again.html run/report.html
}

@test "what a parameter is called is no script, no markup, and no control of the terminal" {
    local name=$'<b>&\'; system("touch evil") #`touch evil` $(touch evil) %s \u202e{^Bold x}' # more than that is no path here
    mkdir "$name"
    printf 'some text in a file\n' >"$name/text"
    "$CONTEND" run --workload letters --set dir="./$name" --models serial,threads,processes --workers 1,2 --units 8 --blocks 2 --quiet --out run >tables 2>err
    for format in svg png pdf text; do
        "$CONTEND" plot run --format $format --out drawn >said
        [ ! -e evil ]
        [ ! -e drawn/evil ]
        [ ! -e run/evil ]
        run -1 grep $'\u202e' said
    done
    /usr/bin/python3 -c 'import glob, xml.etree.ElementTree as x
for path in glob.glob("drawn/*-letters*.svg"):
    assert "<b>&" in "".join(x.parse(path).getroot().itertext()), path'
    [ "$(ls drawn/*.svg | wc -l)" -ge 1 ]
    ls drawn | { ! LC_ALL=C grep '[^a-zA-Z0-9_.-]'; }
}

@test "the library of fonts has a place for its cache, which goes with the drawing" {
    mkdir bin
    cat >bin/gnuplot <<END
#!/bin/sh
mkdir "\$XDG_CACHE_HOME/fontconfig" && : >"\$XDG_CACHE_HOME/fontconfig/kept" && echo "\$XDG_CACHE_HOME" >>'$DIR/caches'
exec $(command -v gnuplot) "\$@"
END
    chmod +x bin/gnuplot
    "$CONTEND" run --workload null --models serial,threads --workers 1,2 --units 64 --blocks 2 --quiet --out run >/dev/null
    PATH="$DIR/bin:$PATH" "$CONTEND" plot run --figure speedup --format png >/dev/null
    [ "$(wc -l <caches)" -eq 1 ]
    [ ! -e "$(cat caches)" ]
}
