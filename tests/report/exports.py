# SPDX-License-Identifier: MIT
"""What export.bats reads exports and runs with. Names here are for `from exports import *`."""
import csv, json, math, statistics, sys, unicodedata


def journal(path):
    lines = [json.loads(line) for line in open(path + "/trials.jsonl", encoding="utf-8")]
    return lines[0], lines[1:]


def raw_table(path):
    """The rows as the strictest reader sees them; each has as many cells as the head."""
    with open(path, newline="", encoding="utf-8") as f:
        head, *rows = csv.reader(f, strict=True)
    assert len(set(head)) == len(head), head
    assert all(len(row) == len(head) for row in rows), [len(row) for row in rows]
    return [dict(zip(head, row)) for row in rows]


def table(path):
    """The same with texts as they were: without the apostrophe that keeps a spreadsheet from computing them."""
    return [{k: v[1:] if v.startswith("'") else v for k, v in row.items()} for row in raw_table(path)]


def same(text, value, what):
    """A cell has the journal's value: None is empty, a number reads back as the same one."""
    if value is None:
        good = text == ""
    elif isinstance(value, (int, float)):
        good = text != "" and float(text) == value
    else:
        good = text == value
    assert good, (what, text, value)


def close(a, b):
    assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-15), (a, b)


def metrics(path):
    """By each parser of prometheus_client: {family: [(sample's name, labels, value)]}."""
    from prometheus_client.openmetrics import parser
    from prometheus_client import parser as older

    text = open(path, encoding="utf-8", newline="").read()
    assert text.endswith("\n# EOF\n")
    for read in parser.text_string_to_metric_families, older.text_string_to_metric_families:
        families = {f.name: [(s.name, s.labels, s.value) for s in f.samples] for f in read(text)}
        for name, samples in families.items():
            keys = [(s[0], tuple(sorted(s[1].items()))) for s in samples]
            assert len(set(keys)) == len(keys), name
        yield families
