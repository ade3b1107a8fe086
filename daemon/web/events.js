// What happened to the job, newest first; and its documents to read and to keep.
const events_kept = 300;
const events_shown_first = 20;
const event_pages_max = 12;  // the journal keeps 10,000 events, and a page has 1,000

const severities = {info: {word: 'info', tone: 'quiet'}, warning: {word: 'warning', tone: 'busy'}, blocking: {word: 'blocking', tone: 'bad'}};

class EventsView {
    constructor() {
        this.rows = new Rows(byId('events'), (event) => {
            const state = el('span');
            badge(state, severities[event.severity] ?? {word: String(event.severity), tone: 'quiet'});
            return el('li', {}, el('time', {datetime: event.at}, formatTime(event.at)), state, el('span', {class: 'event-text'}, el('strong', {}, event.kind), ` ${event.text}`));
        }, () => {});
        byId('events-more').addEventListener('click', () => {
            this.limit = events_kept;
            this.draw();
        });
        this.reset(null);
    }

    reset(name) {
        this.name = name;
        this.limit = events_shown_first;
        this.events = new Map();  // by id: the stream and the pages may both tell of one
        this.last = 0;
        this.draw();
    }

    take(event) {
        this.events.set(event.id, event);
        this.last = Math.max(this.last, event.id);
        if (this.events.size > 2 * events_kept) this.forget();
        this.draw();
    }

    forget() {
        const ids = [...this.events.keys()].sort((a, b) => a - b);
        for (const id of ids.slice(0, ids.length - events_kept)) this.events.delete(id);
    }

    // From the last one that is known: also what was missed while the stream was cut.
    async load() {
        const {name} = this;
        for (let page = 0; page < event_pages_max; ++page) {
            const {events} = await askJson(jobPath(name, `/events?after=${this.last}&limit=1000`));
            if (this.name !== name || events.length === 0) return;
            for (const event of events) this.events.set(event.id, event);
            this.last = events.at(-1).id;
            this.forget();
            this.draw();
        }
    }

    draw() {
        const newest = [...this.events.values()].sort((a, b) => b.id - a.id);
        const shown = newest.slice(0, this.limit);
        this.rows.show(shown, (event) => event.id);
        setHidden(byId('events-more'), shown.length === newest.length);
        setText(byId('events-count'), newest.length === 0 ? 'none yet' : `newest first, times in UTC`);
    }
}

const documents = [
    {
        key: 'report', name: 'Report', text: '/report?format=text',
        files: [['HTML', '/report?format=html', 'report.html'], ['Text', '/report?format=text', 'report.txt'], ['JSON', '/report', 'report.json']],
    },
    {
        key: 'indexes', name: 'Saved indexes, before and after, as SQL', text: '/indexes?format=sql',
        files: [['SQL', '/indexes?format=sql', 'indexes.sql'], ['JSON', '/indexes', 'indexes.json']],
    },
];

class DocumentsView {
    constructor() {
        this.views = documents.map((document) => {
            const text = el('pre', {tabindex: '0', role: 'region', 'aria-label': document.name});
            const links = el('p', {class: 'downloads'});
            const details = el('details', {}, el('summary', {}, document.name), links, text);
            details.addEventListener('toggle', () => this.read({document, details, text}));
            byId('documents').append(details);
            return {document, details, text, links};
        });
    }

    reset(name) {
        this.name = name;
        this.state = null;
        for (const {document, links, details, text} of this.views) {
            details.open = false;
            text.textContent = '';
            const files = document.files.flatMap(([label, path, file]) =>
                [el('a', {href: jobPath(name, path), download: `${name}.${file}`, 'aria-label': `Download ${document.key} as ${label}`}, label), ' ']);
            if (document.key === 'report') files.push(el('a', {href: jobPath(name, '/report?format=html'), target: '_blank', rel: 'noopener'}, 'Open as a page'));
            links.replaceChildren('Download: ', ...files);
        }
    }

    // Read again when the job came to another step or state, not with every row.
    show(job) {
        const state = `${job.step} ${job.disposition}`;
        if (state === this.state) return;
        this.state = state;
        for (const view of this.views) this.read(view);
    }

    async read({document, details, text}) {
        if (!details.open) return;
        const {name} = this;
        let shown = '';
        try {
            shown = await ask(jobPath(name, document.text));
        } catch (error) {
            shown = error.hint ? `${error.message}\nhint: ${error.hint}` : error.message;
        }
        if (this.name === name) setText(text, shown);
    }
}
