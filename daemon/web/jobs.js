// The list of all jobs: those that need somebody first, a filter, and a count of those that are not shown.
const jobs_shown_max = 100;  // a group

const job_groups = [
    {name: 'Need you', has: (job) => !ended(job) && ['waiting', 'failed', 'paused'].includes(job.disposition) && !job.transient},
    {name: 'On their way', has: (job) => !ended(job) && (['queued', 'running'].includes(job.disposition) || job.transient)},
    {name: 'Ended', has: ended},
];

function createJobLink(job) {
    const link = el('a', {class: 'job-link', href: jobHash(job.name)},
        el('span', {class: 'job-link-name'}, job.name),
        el('span', {class: 'job-link-state'}),
        el('span', {class: 'bar', 'aria-hidden': 'true'}, el('span')),
        el('span', {class: 'job-link-more'}));
    return el('li', {}, link);
}

function jobLinkText(job) {
    if (ended(job)) return `${formatCount(job.progress.rows)} rows`;
    const copied = copiedPercent(job);
    const parts = [stepName(job.step)];
    if (copied !== null) parts.push(`${copied}% copied`);
    if (copying(job)) parts.push(rateText(job), `${leftText(job)} left`);
    return parts.join(' · ').replace('unknown left', 'time left unknown');
}

function updateJobLink(item, job, chosen) {
    const [link] = item.children;
    const [, state, bar, more] = link.children;
    badge(state, stateOf(job));
    const copied = copiedPercent(job);
    setHidden(bar, ended(job) || copied === null);
    bar.firstElementChild.style.width = `${copied ?? 0}%`;
    setText(more, jobLinkText(job));
    setAttribute(link, 'aria-current', job.name === chosen ? 'page' : null);
}

class JobList {
    constructor() {
        this.jobs = [];
        this.chosen = null;
        this.filter = byId('jobs-filter');
        this.filter.addEventListener('input', () => this.draw());
        this.groups = job_groups.map((group, i) => {
            const heading = el('h3', {id: `jobs-group-${i}`});
            const list = el('ul', {'aria-labelledby': heading.id});
            const more = el('p', {class: 'quiet'});
            const section = el('div', {class: 'job-group', hidden: true}, heading, list, more);
            byId('jobs-groups').append(section);
            return {...group, heading, more, section, rows: new Rows(list, createJobLink, (item, job) => updateJobLink(item, job, this.chosen))};
        });
    }

    show(jobs) {
        this.jobs = jobs;
        this.draw();
    }

    choose(name) {
        this.chosen = name;
        this.draw();
    }

    draw() {
        const wanted = this.filter.value.trim().toLowerCase();
        const found = this.jobs.filter((job) => job.name.toLowerCase().includes(wanted));
        for (const group of this.groups) {
            const members = found.filter(group.has);
            setHidden(group.section, members.length === 0);
            setText(group.heading, `${group.name} (${formatCount(members.length)})`);
            const shown = members.slice(0, jobs_shown_max);
            group.rows.show(shown, (job) => job.name);
            setHidden(group.more, shown.length === members.length);
            setText(group.more, `and ${formatCount(members.length - shown.length)} more: filter by name to find one`);
        }
        setText(byId('jobs-count'), counted(this.jobs.length, 'job', 'jobs'));
        setHidden(byId('jobs-filter-label'), this.jobs.length < 8 && wanted === '');
        setHidden(byId('jobs-none'), found.length > 0);
        setText(byId('jobs-none'), wanted === '' ? 'No jobs yet. Drop a job file with: lantern-migrate submit JOB.yaml' : 'No job has this in its name.');
    }
}
