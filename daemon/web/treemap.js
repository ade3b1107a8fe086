// Tables as a picture: a rectangle each, as large as the table's bytes, filled as far as it is copied.
const treemap_height = 220;
const cells_wide = 80;    // rectangles on a wide page, and on a narrow one; the rest is one rectangle
const cells_narrow = 24;
const label_width_min = 64;
const label_height_min = 32;
const character_width = 6.6;

// The worst ratio of sides in a row of these areas along `side`.
function worstRatio(areas, side) {
    const sum = areas.reduce((total, area) => total + area, 0);
    return Math.max(side * side * Math.max(...areas) / (sum * sum), sum * sum / (side * side * Math.min(...areas)));
}

// Squarified treemap (Bruls, Huizing, van Wijk): weights, largest first, to rectangles.
function squarify(weights, width, height) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const areas = weights.map((weight) => weight / total * width * height);
    const rectangles = [];
    let free = {x: 0, y: 0, width, height};
    for (let first = 0; first < areas.length;) {
        const side = Math.max(Math.min(free.width, free.height), 0.01);
        let end = first + 1;
        while (end < areas.length && worstRatio(areas.slice(first, end + 1), side) <= worstRatio(areas.slice(first, end), side)) ++end;
        const row = areas.slice(first, end);
        const depth = row.reduce((sum, area) => sum + area, 0) / side;
        let along = 0;
        for (const area of row) {
            const length = area / depth;
            rectangles.push(free.width >= free.height ? {x: free.x, y: free.y + along, width: depth, height: length}
                : {x: free.x + along, y: free.y, width: length, height: depth});
            along += length;
        }
        free = free.width >= free.height ? {...free, x: free.x + depth, width: free.width - depth} : {...free, y: free.y + depth, height: free.height - depth};
        first = end;
    }
    return rectangles;
}

const fitted = (text, width) => {
    const room = Math.floor(width / character_width);
    return text.length <= room ? text : `${text.slice(0, Math.max(room - 1, 1))}…`;
};

function sumOf(tables, name) {
    const sum = (key) => tables.reduce((total, table) => total + table[key], 0);
    return {name, rows: sum('rows'), bytes: sum('bytes'), bytes_total: sum('bytes_total'), chunks_done: sum('chunks_done'), chunks: sum('chunks')};
}

class Treemap {
    constructor(node) {
        this.node = node;
        this.shape = '';
    }

    show(tables, job) {
        setHidden(this.node, tables.length === 0);
        if (tables.length === 0) return;
        const width = Math.max(this.node.clientWidth, 240);
        const count = width < 560 ? cells_narrow : cells_wide;
        const shown = tables.slice(0, count);
        if (tables.length > count) shown.push(sumOf(tables.slice(count), `${formatCount(tables.length - count)} more`));
        const shape = JSON.stringify([width, shown.map(({name, bytes_total}) => [name, bytes_total])]);
        if (shape !== this.shape) this.draw(shown, width);
        this.shape = shape;
        shown.forEach((table, i) => this.fill(this.cells[i], table, job));
        setAttribute(this.picture, 'aria-label', `${tablesText(tables, job)}. The list below has each of them.`);
    }

    draw(tables, width) {
        const largest = Math.max(...tables.map(({bytes_total}) => bytes_total), 1);
        // The remaining tables come last whatever their sum; a table without bytes still gets a sliver.
        const rectangles = squarify(tables.map(({bytes_total}) => Math.max(bytes_total, largest / 2000)), width, treemap_height);
        this.cells = tables.map((table, i) => {
            const {x, y, width: w, height: h} = rectangles[i];
            const room = {w: Math.max(w - 2, 0.5), h: Math.max(h - 2, 0.5)};
            const labelled = w >= label_width_min && h >= label_height_min;
            const parts = {
                room,
                fill: svg('rect', {class: 'copied', width: 0, height: room.h, rx: 2}),
                percent: svg('text', {x: 6, y: 29, class: 'share'}),
                title: svg('title'),
            };
            parts.group = svg('g', {transform: `translate(${(x + 1).toFixed(2)} ${(y + 1).toFixed(2)})`}, parts.title,
                svg('rect', {class: 'whole', width: room.w, height: room.h, rx: 2}), parts.fill,
                labelled ? svg('text', {x: 6, y: 15}, fitted(table.name, w - 12)) : null, labelled ? parts.percent : null);
            return parts;
        });
        this.picture = svg('svg', {viewBox: `0 0 ${width} ${treemap_height}`, width, height: treemap_height, role: 'img'}, ...this.cells.map(({group}) => group));
        this.node.replaceChildren(this.picture);
    }

    fill(cell, table, job) {
        const state = tableState(table, job);
        const share = tablePercent(table, job) ?? 0;
        setAttribute(cell.group, 'class', `cell ${state.key}`);
        setAttribute(cell.fill, 'width', (cell.room.w * share / 100).toFixed(1));
        setText(cell.percent, state.key === 'done' ? '✓ done' : `${share}%`);
        setText(cell.title, `${table.name}: ${state.word}, ${share}% of ${formatBytes(table.bytes_total)}`);
    }
}
