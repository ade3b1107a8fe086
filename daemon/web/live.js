// What the daemon tells by itself: server-sent events, taken up again for as long as they are wanted.
const reopen_first_ms = 1000;
const reopen_max_ms = 15000;
const hidden_patience_ms = 30000;

class Live {
    // `take`: what to do with the data of an event, by its name. `changed(connected)`: on every change.
    constructor(path, take, changed) {
        this.path = path;
        this.take = take;
        this.changed = changed;
        this.failures = 0;
        this.open();
    }

    open() {
        this.timer = null;
        this.source = new EventSource(this.path);
        this.source.addEventListener('open', () => {
            this.failures = 0;
            this.changed(true);
        });
        this.source.addEventListener('error', () => this.lost());
        for (const [name, take] of Object.entries(this.take)) {
            this.source.addEventListener(name, (event) => take(JSON.parse(event.data)));
        }
    }

    // A browser tries again by itself after a cut, and never again after an answer that is an error.
    lost() {
        this.changed(false);
        if (this.source.readyState !== EventSource.CLOSED || this.timer !== null) return;
        const wait_ms = Math.min(reopen_first_ms * 2 ** this.failures, reopen_max_ms);
        this.failures = Math.min(this.failures + 1, 10);
        this.timer = setTimeout(() => this.open(), wait_ms);
    }

    close() {
        clearTimeout(this.timer);
        this.source.close();
    }
}

// A browser opens few connections to one server: a page that nobody looks at, or that was left and may be come back to, gives its own back.
function whileLookedAt(open, close) {
    let timer = null;
    let is_open = false;
    const be = (wanted) => {
        clearTimeout(timer);
        if (is_open === wanted) return;
        is_open = wanted;
        (wanted ? open : close)();
    };
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden) be(true);
        else timer = setTimeout(() => be(false), hidden_patience_ms);
    });
    addEventListener('pagehide', () => be(false));
    addEventListener('pageshow', () => be(true));
    be(true);
}

class ServerError extends Error {
    constructor(message, hint) {
        super(message);
        this.hint = hint;
    }
}

const jobPath = (name, rest = '') => `v1/jobs/${encodeURIComponent(name)}${rest}`;

// The answer's text. Throws ServerError with the server's own words.
async function ask(path, options = {}) {
    let response;
    try {
        response = await fetch(path, {cache: 'no-store', redirect: 'error', ...options});
    } catch {
        throw new ServerError('the daemon does not answer', 'is lantern-migrated running?');
    }
    const text = await response.text();
    if (response.ok) return text;
    let error = {};
    try {
        error = JSON.parse(text);
    } catch {
        // Not from the daemon, but from something between.
    }
    throw new ServerError(error.error || `the server answered with HTTP status ${response.status}`, error.hint || '');
}

const askJson = async (path) => JSON.parse(await ask(path));
