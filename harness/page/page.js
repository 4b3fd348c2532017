// SPDX-License-Identifier: MIT
// Sorts tables: the heads of their columns become buttons. All is there without it.
'use strict';
(function () {
    const said = document.getElementById('said');
    const words = new Intl.Collator('en', {numeric: true});

    // What a row is sorted by: the number in data-v, or its text. Where there is no number it stands last.
    function key(row, column, number) {
        const cell = row.cells[column];
        if (!number)
            return cell ? cell.textContent : '';
        return cell && cell.dataset.v !== undefined ? Number(cell.dataset.v) : NaN;
    }

    function compare(a, b, number, turn) {
        if (!number)
            return turn * words.compare(a.key, b.key);
        if (isNaN(a.key) || isNaN(b.key))
            return isNaN(a.key) - isNaN(b.key);
        return turn * (a.key - b.key);
    }

    function sort(table, head) {
        const number = head.dataset.sort === 'number';
        const was = head.getAttribute('aria-sort');
        const order = was ? (was === 'ascending' ? 'descending' : 'ascending') : (number ? 'descending' : 'ascending');
        for (const other of table.tHead.rows[0].cells)
            other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', order);
        const turn = order === 'ascending' ? 1 : -1;
        const body = table.tBodies[0];
        const rows = Array.from(body.rows, function (row) {
            return {row: row, key: key(row, head.cellIndex, number)};
        });
        rows.sort(function (a, b) { return compare(a, b, number, turn); }); // stable, so a second column breaks ties
        body.append(...rows.map(function (r) { return r.row; }));
        said.textContent = 'sorted by ' + head.textContent + ', ' + order;
    }

    for (const table of document.querySelectorAll('table.sort'))
        for (const head of table.tHead.rows[0].cells) {
            const button = document.createElement('button');
            button.type = 'button';
            button.textContent = head.textContent;
            button.addEventListener('click', function () { sort(table, head); });
            head.replaceChildren(button);
        }
})();
