// Tables and builds as lists: a filter, the first of them, and how many more there are.
const parts_shown_first = 15;
const parts_shown_more = 100;

function tableState(table, job) {
    if (job.disposition === 'done' || (table.chunks > 0 && table.chunks_done >= table.chunks)) return {key: 'done', word: 'done', tone: 'good'};
    if (table.bytes === 0 && table.rows === 0) return {key: 'later', word: 'to come', tone: 'quiet'};
    return job.disposition === 'running' ? {key: 'active', word: 'copying', tone: 'live'} : {key: 'active', word: 'partly copied', tone: 'busy', sign: 'pause'};
}

const tablePercent = (table, job) => tableState(table, job).key === 'done' ? 100 : Math.min(percent(table.bytes, table.bytes_total) ?? 0, 99);

// Where not all can be seen, those in hand come first; where they can, none jumps about.
function sortedTables(tables, job) {
    if (tables.length <= parts_shown_first) return tables;
    const rank = (table) => tableState(table, job).key === 'active' ? 0 : 1;
    return [...tables].sort((a, b) => rank(a) - rank(b));
}

function tablesText(tables, job) {
    const count = {done: 0, active: 0, later: 0};
    for (const table of tables) ++count[tableState(table, job).key];
    const parts = [counted(tables.length, 'table', 'tables'), `${formatCount(count.done)} done`];
    if (count.active > 0) parts.push(`${formatCount(count.active)} ${job.disposition === 'running' ? 'being copied' : 'partly copied'}`);
    if (count.later > 0) parts.push(`${formatCount(count.later)} to come`);
    return parts.join(', ');
}

const build_states = {
    failed: {key: 'failed', word: 'failed', tone: 'bad'},
    begun: {key: 'active', word: 'building', tone: 'live'},
    pending: {key: 'later', word: 'to come', tone: 'quiet'},
    done: {key: 'done', word: 'done', tone: 'good'},
    skipped: {key: 'skipped', word: 'left out', tone: 'quiet'},
};

function buildState(build, job) {
    if (build.state === 'begun' && job.disposition !== 'running') return {key: 'active', word: 'cut off', tone: 'busy', sign: 'pause'};
    return build_states[build.state] ?? build_states.pending;
}

// What the target says of a build that runs.
function phaseText({phase, share}) {
    return phase && typeof share === 'number' ? `${phase} ${Math.floor(Math.min(Math.max(share, 0), 1) * 100)}%` : phase ?? '';
}

// In the list, what fails or is being built comes first; all others in the order of the job. In the picture, what is to come is last.
const cell_order = {failed: 0, active: 1, done: 2, skipped: 3, later: 4};
const build_order = {failed: 0, active: 1, later: 2, skipped: 3, done: 4};
const sortedBuilds = (builds, job) => [...builds].sort((a, b) => build_order[buildState(a, job).key] - build_order[buildState(b, job).key]);

function buildsText(builds, job) {
    const count = {};
    for (const build of builds) {
        const {word} = buildState(build, job);
        count[word] = (count[word] ?? 0) + 1;
    }
    return Object.entries(count).map(([word, number]) => `${formatCount(number)} ${word}`).join(', ');
}

// A table of the document under a filter. `columns`: {heading, number, show(cell, item)}.
class Parts {
    constructor(node, {caption, nameOf, keyOf, columns}) {
        this.nameOf = nameOf;
        this.keyOf = keyOf;
        this.items = [];
        this.limit = parts_shown_first;
        this.filter = el('input', {type: 'search', autocomplete: 'off', spellcheck: 'false'});
        this.filter.addEventListener('input', () => this.draw());
        this.more = el('button', {type: 'button'}, 'Show more');
        this.more.addEventListener('click', () => {
            this.limit += parts_shown_more;
            this.draw();
        });
        this.note = el('p', {class: 'quiet'});
        this.label = el('label', {class: 'filter'}, `Filter ${caption}`, this.filter);
        const body = el('tbody');
        const heads = columns.map(({heading, number}) => el('th', {scope: 'col', class: number ? 'number' : null}, heading));
        this.table = el('table', {}, el('caption', {class: 'hidden'}, caption), el('thead', {}, el('tr', {}, ...heads)), body);
        const create = () => el('tr', {}, ...columns.map(({number, heading}, i) => i === 0 ? el('th', {scope: 'row'})
            : el('td', {class: number ? 'number' : null, 'data-heading': heading})));
        this.rows = new Rows(body, create, (row, item) => columns.forEach(({show}, i) => show(row.children[i], item)));
        node.append(this.label, this.table, el('div', {class: 'more'}, this.note, this.more));
    }

    reset() {
        this.limit = parts_shown_first;
        this.filter.value = '';
    }

    show(items) {
        this.items = items;
        this.draw();
    }

    draw() {
        const wanted = this.filter.value.trim().toLowerCase();
        const found = wanted === '' ? this.items : this.items.filter((item) => this.nameOf(item).toLowerCase().includes(wanted));
        const shown = found.slice(0, this.limit);
        this.rows.show(shown, this.keyOf);
        setHidden(this.table, shown.length === 0);
        setHidden(this.label, this.items.length <= 8);
        const rest = found.length - shown.length;
        setHidden(this.more, rest === 0);
        setText(this.note, this.items.length === 0 ? 'None are known yet.' : found.length === 0 ? 'None has this in its name.'
            : rest > 0 ? `${formatCount(shown.length)} of ${formatCount(found.length)} shown` : '');
    }
}

function stateCell(cell, state) {
    if (!cell.firstElementChild) cell.append(el('span'));
    badge(cell.firstElementChild, state);
}

function shareCell(cell, share) {
    if (!cell.firstElementChild) cell.append(el('span', {class: 'bar', 'aria-hidden': 'true'}, el('span')), el('span'));
    cell.firstElementChild.firstElementChild.style.width = `${share}%`;
    setText(cell.lastElementChild, `${share}%`);
}

class TablesView {
    constructor() {
        this.treemap = new Treemap(byId('treemap'));
        this.parts = new Parts(byId('tables'), {
            caption: 'tables', nameOf: (table) => table.name, keyOf: (table) => table.name,
            columns: [
                {heading: 'Table', show: (cell, table) => setText(cell, table.name)},
                {heading: 'State', show: (cell, table) => stateCell(cell, tableState(table, this.job))},
                {heading: 'Copied', number: true, show: (cell, table) => shareCell(cell, tablePercent(table, this.job))},
                {heading: 'On disk', number: true, show: (cell, table) => setText(cell, formatBytes(table.bytes_total))},
                {heading: 'Rows', number: true, show: (cell, table) => setText(cell, formatCount(table.rows))},
            ],
        });
    }

    show(job) {
        this.job = job;
        const tables = [...job.progress.tables].sort((a, b) => b.bytes_total - a.bytes_total);
        setText(byId('tables-count'), tables.length > 0 ? tablesText(tables, job) : '');
        this.treemap.show(tables, job);
        this.parts.show(sortedTables(tables, job));
    }
}

const cell_rows_max = 6;
const cell_pitch = 21;  // pixels from one cell to the next

// A cell each; where there are too many, a cell for several of one state. What fails comes first, what is to come last.
function cellsOf(builds, job, room) {
    const each = Math.max(Math.ceil(builds.length / room), 1);
    if (each === 1) return builds.map((build) => ({build, state: buildState(build, job), count: 1, key: build.key}));
    const by_state = Map.groupBy(builds, (build) => buildState(build, job).word);
    return [...by_state].flatMap(([word, members]) => Array.from({length: Math.ceil(members.length / each)}, (_, i) =>
        ({state: buildState(members[0], job), count: Math.min(each, members.length - i * each), key: `${word} ${i}`})));
}

class BuildsView {
    constructor() {
        this.cells = byId('cells');
        this.cells_note = el('p', {class: 'quiet'});
        this.cells.after(this.cells_note);
        this.parts = new Parts(byId('builds'), {
            caption: 'indexes and constraints', nameOf: (build) => build.item, keyOf: (build) => build.key,
            columns: [
                {heading: 'Object', show: (cell, build) => setText(cell, build.item)},
                {heading: 'State', show: (cell, build) => stateCell(cell, buildState(build, this.job))},
                {heading: 'Phase', show: (cell, build) => setText(cell, phaseText(build))},
                {heading: 'Time', number: true, show: (cell, build) => setText(cell, build.elapsed_ms > 0 ? formatDuration(build.elapsed_ms) : '-')},
            ],
        });
    }

    show(job) {
        this.job = job;
        const named = job.progress.builds_list.map((build, i) => ({...build, key: `${i} ${build.item}`}));
        const builds = sortedBuilds(named, job);
        setText(byId('builds-count'), buildsText(builds, job));
        this.draw(builds);
        this.parts.show(builds);
    }

    draw(builds) {
        setHidden(this.cells, builds.length === 0);
        const room = cell_rows_max * Math.max(Math.floor(this.cells.clientWidth / cell_pitch), 10);
        const cells = cellsOf([...builds].sort((a, b) => cell_order[buildState(a, this.job).key] - cell_order[buildState(b, this.job).key]), this.job, room);
        const most = Math.max(...cells.map(({count}) => count), 1);
        setAttribute(this.cells, 'role', 'img');
        setAttribute(this.cells, 'aria-label', `${buildsText(builds, this.job)}. The list below has each of them.`);
        setHidden(this.cells_note, most === 1);
        setText(this.cells_note, `A square is up to ${formatCount(most)} objects of one state.`);
        this.cells.rows ??= new Rows(this.cells, () => el('span'), (node, {build, state: {key, word, tone, sign}, count}) => {
            if (node.dataset.key !== key) node.replaceChildren(icon(sign ?? tone));
            node.dataset.key = key;
            node.className = `build ${key}`;
            node.title = build ? `${build.item}: ${word}` : `${formatCount(count)} ${word}`;
        });
        this.cells.rows.show(cells, ({key}) => key);
    }
}
