#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reports in a browser: report.py CHROMIUM AXE.js PATIENCE_S FILE.html...

Each opens without an error or a request, sorts its tables by mouse and keyboard, passes axe in both colour schemes on a wide
and on a narrow screen, is nowhere wider than the screen or the sheet of paper, and can be read without its script."""
import os
import sys

from chromium import Chromium

WIDE, NARROW = 1280, 360
A4_PX = 718  # 190 mm at 96 dots an inch: what its margins leave of the sheet

# Of each table and column: is it in order after one click, in the other order after the second, are the rows all there, and
# does the head say so? What has no number stands last both times.
SORTS = """(() => {
    const wrong = [];
    let clicks = 0;
    for (const table of document.querySelectorAll('table.sort')) {
        const heads = Array.from(table.tHead.rows[0].cells), body = table.tBodies[0];
        const texts = () => Array.from(body.rows, r => r.textContent);
        const before = texts().sort().join('|');
        for (const head of heads) {
            const button = head.querySelector('button');
            if (!button) { wrong.push('no button: ' + head.textContent); continue; }
            const seen = [];
            for (let i = 0; i < 2; i++, clicks++) {
                button.click();
                const order = head.getAttribute('aria-sort');
                seen.push(order);
                if (heads.some(h => h !== head && h.hasAttribute('aria-sort'))) wrong.push('two are sorted');
                if (texts().sort().join('|') !== before) wrong.push('rows are lost: ' + head.textContent);
                if (head.dataset.sort !== 'number') continue;
                const v = Array.from(body.rows, r => r.cells[head.cellIndex].dataset.v).map(x => x === undefined ? NaN : +x);
                const known = v.filter(x => !isNaN(x)), last = v.slice(known.length);
                const sorted = known.every((x, k) => !k || (order === 'ascending' ? known[k - 1] <= x : known[k - 1] >= x));
                if (!sorted || last.some(x => !isNaN(x))) wrong.push(head.textContent + ' ' + order + ': ' + v);
            }
            if (new Set(seen).size !== 2 || !seen.every(x => x === 'ascending' || x === 'descending'))
                wrong.push('orders of ' + head.textContent + ': ' + seen);
        }
    }
    if (!document.getElementById('said').textContent.startsWith('sorted by ')) wrong.push('nothing is said of it');
    return {wrong, clicks};
})()"""

AXE = """axe.run(document, {resultTypes: ['violations'] ONLY}).then(r => r.violations.map(
    v => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')))"""

# On a screen a wide table scrolls by itself; on paper it has to fit.
OVERFLOWS = """(() => {
    const width = document.documentElement.clientWidth;
    return Array.from(document.querySelectorAll('body *')).filter(e => !e.closest('EXCEPT') &&
        e.getBoundingClientRect().right > width + 1).map(e => e.tagName + '.' + e.getAttribute('class')).slice(0, 5)
        .concat('EXCEPT' !== '.skip' && document.documentElement.scrollWidth > width ? ['the page: ' + document.documentElement.scrollWidth] : []);
})()"""

# Without the script: what is a table has its rows, a head of text and no button, and nothing but what is for readers of
# screens alone is hidden.
BARE = """(() => {
    const tables = Array.from(document.querySelectorAll('table'));
    const seen = e => e.getClientRects().length && getComputedStyle(e).visibility === 'visible';
    return tables.filter(t => t.querySelector('button') || !t.tHead.textContent || !t.tBodies[0].rows.length ||
        !Array.from(t.querySelectorAll('td, thead th')).every(seen)).map(t => 'a table: ' + t.textContent.slice(0, 80))
        .concat(tables.length && seen(document.getElementById('verdicts')) ? [] : ['there are no verdicts']);
})()"""


def check(browser, axe, path):
    url, wrong = "file://" + os.path.abspath(path), []

    def found(what, list_of):
        wrong.extend(f"{path}: {what}: {x}" for x in list_of)

    browser.look(WIDE)
    browser.open(url)
    found("requests", [a for a in browser.asked if a.split("#")[0] != url and not a.startswith("data:")])
    found("evil", [x for x in [browser.js("window.evil")] if x])
    sorts = browser.js(SORTS)
    found("sorting", sorts["wrong"])
    if not sorts["clicks"]:
        wrong.append(f"{path}: it has no table to sort")
    browser.js("document.querySelector('th button').focus()")
    before = browser.js("document.querySelector('th button').parentNode.getAttribute('aria-sort')")
    browser.press("Enter", 13)
    if browser.js("document.querySelector('th button').parentNode.getAttribute('aria-sort')") == before:
        wrong.append(f"{path}: Enter on a head does not sort")
    browser.js("document.querySelector('.skip').focus()")
    browser.press("Enter", 13)
    if browser.js("location.hash") != "#verdicts":
        wrong.append(f"{path}: the first link does not skip to the verdicts")
    browser.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser.js(axe)
    contrast = ", runOnly: ['color-contrast']"  # the schemes differ in colours alone
    for width, scheme, only in (WIDE, "light", ""), (WIDE, "dark", contrast), (NARROW, "light", ""):
        browser.look(width, scheme)
        found(f"axe, {width} px, {scheme}", browser.js(AXE.replace("ONLY", only)))
        found(f"wider than {width} px", browser.js(OVERFLOWS.replace("EXCEPT", ".scroll, pre, .skip")))
    browser.look(A4_PX, media="print")
    found("wider than the paper", browser.js(OVERFLOWS.replace("EXCEPT", ".skip")))
    found("the browser", browser.wrong)
    browser.look(WIDE)
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(url)
    browser.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    found("without its script", browser.js(BARE))
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    return wrong


def main(program, axe, patience_s, *paths):
    browser, wrong = Chromium(program, float(patience_s)), []
    try:
        text = open(axe, encoding="utf-8").read()
        for path in paths:
            wrong += check(browser, text, path)
    finally:
        browser.close()
    for line in wrong:
        print(line)
    print(f"{len(paths)} reports, {len(wrong)} faults")
    return 1 if wrong or not paths else 0


sys.exit(main(*sys.argv[1:]))
