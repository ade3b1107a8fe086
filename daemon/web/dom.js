// The document: elements made, changed only where they differ, and kept where they stand. Texts go in as text, never as markup.
const byId = (id) => document.getElementById(id);

function fillNode(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
}

const el = (tag, attributes = {}, ...children) => fillNode(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => fillNode(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

// Untouched if it is so already: a selection in it stays, and a screen reader does not hear it again.
function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
    if (value === null) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function setHidden(node, hidden) {
    if (node.hidden !== hidden) node.hidden = hidden;
}

// One child of `parent` for each item, kept while its key is there, so that focus and selection in it stay.
class Rows {
    constructor(parent, create, update) {
        this.parent = parent;
        this.create = create;
        this.update = update;
        this.nodes = new Map();
    }

    show(items, keyOf) {
        const keys = new Set(items.map(keyOf));
        for (const [key, node] of this.nodes) {
            if (keys.has(key)) continue;
            node.remove();
            this.nodes.delete(key);
        }
        let at = this.parent.firstElementChild;
        for (const item of items) {
            const key = keyOf(item);
            if (!this.nodes.has(key)) this.nodes.set(key, this.create(item));
            const node = this.nodes.get(key);
            this.update(node, item);
            if (node === at) at = at.nextElementSibling;
            else this.parent.insertBefore(node, at);
        }
    }
}

// Names and values of a <dl>.
function showPairs(list, pairs) {
    const rows = list.rows ??= new Rows(list, () => el('div', {}, el('dt'), el('dd')), (node, [name, value]) => {
        setText(node.firstElementChild, name);
        setText(node.lastElementChild, value);
    });
    rows.show(pairs, ([name]) => name);
}

const icon_paths = {
    good: 'M3.5 8.5 6.5 11.5 12.5 4.5',
    bad: 'M4 4 12 12M12 4 4 12',
    live: 'M5 3.5 12 8 5 12.5Z',
    busy: 'M8 3V8.5M8 11.5V13',
    pause: 'M5.5 4V12M10.5 4V12',
    quiet: 'M4 8H12',
};

// A sign beside the word, so that no state is told by its colour alone.
function icon(name) {
    return svg('svg', {class: 'icon', viewBox: '0 0 16 16', width: 12, height: 12, 'aria-hidden': 'true'},
        svg('path', {d: icon_paths[name] ?? icon_paths.quiet}));
}

function badge(node, {word, tone, sign}) {
    if (node.dataset.word === word) return;
    node.dataset.word = word;
    node.className = `state ${tone}`;
    node.replaceChildren(icon(sign ?? tone), word);
}
