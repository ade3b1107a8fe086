// The chosen job's head: its state, what a person must know or type, and the buttons, where the daemon's file allows them.
const verbs = {
    pause: {label: 'Pause', when: (job) => ['queued', 'running'].includes(job.disposition) || job.transient},
    resume: {label: 'Resume', when: (job) => job.disposition === 'paused'},
    retry: {label: 'Retry', when: (job) => job.disposition === 'failed'},
    cutover: {
        label: 'Cut over', when: (job) => job.disposition === 'waiting',
        ask: 'Cut over now?',
        text: 'The job ends: sequences are set, statistics are gathered and the target is handed over. The application should write to the target from then on.',
    },
    cancel: {
        label: 'Cancel', when: () => true, danger: true,
        ask: 'Cancel this job?',
        text: 'The job is given up and cannot be taken up again. The source stays as it is; what is on the target already stays there. To clean the target as well, type instead:',
        command: (job) => `${commandLine('cancel --drop-target-objects', job)}`,
    },
};

function showHead(job) {
    setText(byId('job-name'), job.name);
    badge(byId('job-state'), stateOf(job));
    const facts = [['Source', job.source], ['Target', job.target], ['Began', formatTime(job.created_at)]];
    if (job.finished_at !== null) facts.push(['Ended', formatTime(job.finished_at)]);
    facts.push(['Runs', formatCount(job.runs)], ['File', job.file]);
    showPairs(byId('job-facts'), facts);
}

// Why the job does not go on by itself, and what to type.
function noticeOf(job) {
    if (ended(job) && !job.different && !job.reason) return null;
    if (job.different) return {tone: 'bad', heading: 'Verification found a difference', command: job.disposition === 'failed' ? 'retry' : 'report'};
    if (job.disposition === 'cancelled') return {tone: 'quiet', heading: 'The job was cancelled', command: null};
    if (job.disposition === 'paused') return {tone: 'busy', heading: 'The job is paused', command: 'resume'};
    if (job.disposition === 'waiting') return {tone: 'busy', heading: 'The job waits for your word', command: 'cutover'};
    if (job.disposition !== 'failed') return null;
    if (job.transient) return {tone: 'busy', heading: 'The job tries again by itself', command: 'retry'};
    return {tone: 'bad', heading: `The job failed at step ${stepName(job.step)}`, command: 'retry'};
}

function showNotice(job) {
    const notice = noticeOf(job);
    const node = byId('notice');
    const key = JSON.stringify([notice, job.reason, job.hint, job.retry_at, job.sqlstate, job.name]);
    setHidden(node, notice === null);
    if (notice === null || node.dataset.key === key) return;
    node.dataset.key = key;
    node.dataset.tone = notice.tone;
    setText(byId('notice-heading'), notice.heading);
    const lines = [];
    if (job.reason) lines.push(el('p', {class: 'reason'}, job.reason));
    if (job.hint) lines.push(el('p', {}, el('strong', {}, 'Hint: '), job.hint));
    if (job.sqlstate) lines.push(el('p', {class: 'quiet'}, `SQLSTATE ${job.sqlstate}`));
    if (job.disposition === 'failed' && job.retry_at !== null) lines.push(el('p', {}, `Next try at ${formatTime(job.retry_at)}`));
    if (notice.command !== null) {
        lines.push(el('p', {class: 'type'}, `${job.disposition === 'failed' ? 'When it is mended, type' : 'To go on, type'} `, el('code', {}, commandLine(notice.command, job))));
    }
    if (job.different && job.disposition === 'done') lines.at(-1).firstChild.textContent = 'To see what differs, type ';
    byId('notice-text').replaceChildren(...lines);
}

// Asks first where there is no way back. Gives whether it was a yes.
function confirmed(verb, job) {
    const {ask: heading, text, label, danger} = verbs[verb];
    if (!heading) return Promise.resolve(true);
    const dialog = byId('ask');
    setText(byId('ask-heading'), heading);
    setText(byId('ask-text'), `${job.name}: ${text}`);
    setText(byId('ask-command'), verbs[verb].command?.(job) ?? '');
    setText(byId('ask-yes'), danger ? 'Cancel the job' : label);
    byId('ask-yes').className = danger ? 'danger' : 'primary';
    return new Promise((resolve) => {
        dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), {once: true});
        dialog.returnValue = '';
        dialog.showModal();
        byId('ask-no').focus();
    });
}

async function carryOut(verb, job, button) {
    const message = byId('action-message');
    if (!await confirmed(verb, job)) return;
    button.disabled = true;
    message.className = 'message';
    setText(message, 'Asking the daemon');
    try {
        const answer = await ask(jobPath(job.name, `/${verb}`), {method: 'POST', headers: {'X-Lantern-Migrate-Token': settings.token}});
        setText(message, JSON.parse(answer).message);
    } catch (error) {
        message.className = 'message bad';
        setText(message, error.hint ? `${error.message}. Hint: ${error.hint}` : error.message);
    } finally {
        button.disabled = false;
    }
}

class Actions {
    constructor() {
        byId('ask-no').addEventListener('click', () => byId('ask').close('no'));
        byId('ask-yes').addEventListener('click', () => byId('ask').close('yes'));
        this.rows = new Rows(byId('actions'), (verb) => {
            const {label, danger} = verbs[verb];
            const button = el('button', {type: 'button', class: danger ? 'danger' : null}, label);
            button.addEventListener('click', () => carryOut(verb, this.job, button));
            return button;
        }, () => {});
    }

    show(job) {
        this.job = job;
        if (!settings.actions) return;
        const busy = job.wish === 'cancel' || ended(job);
        const possible = busy ? [] : Object.keys(verbs).filter((verb) => verbs[verb].when(job) && !(verb === 'pause' && job.wish === 'pause'));
        this.rows.show(possible, (verb) => verb);
        setHidden(byId('actions'), possible.length === 0);
    }
}
