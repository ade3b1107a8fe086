// What belongs together: the jobs' stream, the chosen job's stream, the address, the theme, and what is said aloud.
const settings = JSON.parse(byId('settings').textContent);

const jobHash = (name) => `#job/${encodeURIComponent(name)}`;

function jobOfHash() {
    if (!location.hash.startsWith('#job/')) return null;
    try {
        return decodeURIComponent(location.hash.slice('#job/'.length));
    } catch {
        return null;
    }
}

// A screen reader hears of changes, not of every tick.
const say = (text) => setText(byId('say'), text);

class Page {
    constructor() {
        this.list = new JobList();
        this.throughput = new Throughput();
        this.actions = new Actions();
        this.tables = new TablesView();
        this.builds = new BuildsView();
        this.events = new EventsView();
        this.documents = new DocumentsView();
        this.chosen = null;
        this.job = null;
        this.connected = null;
        this.heard = null;
        this.looked_at = false;
        addEventListener('hashchange', () => this.route(true));
        addEventListener('resize', () => this.draw());
        byId('back').addEventListener('click', (event) => {
            event.preventDefault();
            location.hash = '';
        });
        byId('skip').addEventListener('click', (event) => {
            event.preventDefault();  // the address holds the job
            byId('main').focus();
        });
        whileLookedAt(() => this.open(), () => this.close());
    }

    open() {
        this.jobs_live = new Live('v1/stream', {jobs: ({jobs}) => this.takeJobs(jobs)}, (connected) => this.changed(connected));
        this.route(false);
        this.looked_at = true;
        this.openJob();
    }

    close() {
        this.looked_at = false;
        this.jobs_live.close();
        this.job_live?.close();
    }

    takeJobs(jobs) {
        this.heard = new Date();
        this.changed(true);
        this.throughput.note(jobs);
        this.list.show(jobs);
        if (this.chosen === null && jobs.length > 0 && matchMedia('(min-width: 60rem)').matches) {
            const first = job_groups.map(({has}) => jobs.find(has)).find(Boolean) ?? jobs[0];
            history.replaceState(null, '', jobHash(first.name));
            this.route(false);
        }
        this.draw();
    }

    route(by_user) {
        const name = jobOfHash();
        if (name === this.chosen) return;
        this.chosen = name;
        this.job = null;
        document.body.dataset.view = name === null ? 'list' : 'job';
        setHidden(byId('job'), true);
        setHidden(byId('no-job'), false);
        setText(byId('no-job'), name === null ? 'Choose a job to see how it is.' : 'Asking for the job');
        document.title = 'lantern-migrate';
        this.list.choose(name);
        this.by_user = by_user;
        if (by_user) byId(name === null ? 'jobs-heading' : 'main').focus();
        if (this.looked_at) this.openJob();
    }

    // First by asking, because a stream cannot say why there is none.
    async openJob() {
        this.job_live?.close();
        this.job_live = null;
        const name = this.chosen;
        if (name === null) return;
        this.events.reset(name);
        this.documents.reset(name);
        this.tables.parts.reset();
        this.builds.parts.reset();
        setText(byId('action-message'), '');
        try {
            const job = await askJson(jobPath(name));
            if (name !== this.chosen || !this.looked_at) return;
            this.takeJob(job);
        } catch (error) {
            if (name === this.chosen && this.job === null) setText(byId('no-job'), `${error.message}${error.hint ? `. Hint: ${error.hint}` : ''}`);
            if (name === this.chosen && this.connected === false) this.job_missing = true;
            return;
        }
        this.job_live = new Live(jobPath(name, '/stream'), {job: (job) => this.takeJob(job), event: (event) => this.events.take(event)}, (connected) => {
            // The stream begins with the newest events; behind a cut, what was missed is asked for. That it fails, the stream tells as well.
            if (connected && this.events.last > 0) this.events.load().catch(() => {});
        });
    }

    takeJob(job) {
        if (job.name !== this.chosen) return;
        const before = this.job;
        this.job = job;
        const now = `${job.name}: ${stateOf(job).word}, step ${stepName(job.step)}`;
        if (before && (before.step !== job.step || stateOf(before).word !== stateOf(job).word)) say(now);
        this.draw();
        if (before === null && this.by_user) byId('job-name').focus();
    }

    draw() {
        const {job} = this;
        if (job === null) return;
        setHidden(byId('job'), false);
        setHidden(byId('no-job'), true);
        const copied = copiedPercent(job);
        document.title = `${job.name} ${copied === null ? '' : `${copied}% `}${stateOf(job).word} - lantern-migrate`;
        showHead(job);
        showNotice(job);
        this.actions.show(job);
        showSteps(job);
        showCopy(job);
        showChart(job, this.throughput);
        this.tables.show(job);
        this.builds.show(job);
        this.documents.show(job);
    }

    changed(connected) {
        if (connected === this.connected) return;
        const before = this.connected;
        this.connected = connected;
        const link = byId('link');
        link.dataset.state = connected ? 'live' : 'lost';
        setText(link, connected ? 'Live' : 'Not connected');
        setHidden(byId('lost'), connected);
        const since = this.heard ? ` What is shown is from ${formatTime(this.heard.toISOString())}.` : '';
        setText(byId('lost'), connected ? '' : `The daemon does not answer; trying again.${since}`);
        if (!connected) say('The daemon does not answer; trying again');
        else if (before === false) say('The daemon answers again');
        if (connected && this.job_missing) {
            this.job_missing = false;
            this.openJob();
        }
    }
}

// Kept where the browser lets us keep it; else for as long as the page is open.
function followTheme() {
    const choice = byId('theme');
    const apply = (theme) => setAttribute(document.documentElement, 'data-theme', theme || null);
    try {
        choice.value = localStorage.getItem('theme') ?? '';
    } catch {
        choice.value = '';
    }
    if (choice.selectedIndex < 0) choice.value = '';
    apply(choice.value);
    choice.addEventListener('change', () => {
        apply(choice.value);
        try {
            localStorage.setItem('theme', choice.value);
        } catch {
            // Not kept: the next visit begins with the system's own.
        }
    });
}

followTheme();
new Page();
