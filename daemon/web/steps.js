// Where the job is among the steps of the state machine, and how far its copy is.
function stepStates(job) {
    const at = steps.indexOf(job.step);
    return steps.map((step, i) => {
        if (job.disposition === 'done' || i < at) return {step, state: 'done', words: 'done'};
        if (i > at) return {step, state: 'later', words: 'to come'};
        const stopped = {failed: job.transient ? 'tries again' : 'failed here', paused: 'paused here', cancelled: 'cancelled here', waiting: 'waits here', queued: 'next'};
        return {step, state: job.disposition === 'failed' && !job.transient ? 'failed' : 'now', words: stopped[job.disposition] ?? 'now'};
    });
}

const step_signs = {done: 'good', failed: 'bad', now: 'live', later: 'quiet'};

function createStep({step}) {
    return el('li', {}, el('span', {class: 'step-sign'}), el('span', {class: 'step-name'}, stepName(step)), el('span', {class: 'step-state'}));
}

function updateStep(node, {state, words}) {
    const [sign, , text] = node.children;
    if (node.dataset.state !== state) sign.replaceChildren(icon(step_signs[state]));
    node.dataset.state = state;
    setText(text, words);
    setAttribute(node, 'aria-current', state === 'now' || state === 'failed' ? 'step' : null);
}

function showSteps(job) {
    const list = byId('steps');
    list.rows ??= new Rows(list, createStep, updateStep);
    list.rows.show(stepStates(job), ({step}) => step);
    setText(byId('activity'), job.disposition === 'running' ? [job.progress.activity, job.progress.throttle].filter(Boolean).join(' · ') : '');
}

function showCopy(job) {
    const {progress} = job;
    const copied = copiedPercent(job);
    const meter = byId('copy-meter');
    setAttribute(meter, 'aria-valuenow', copied);
    setAttribute(meter, 'aria-valuetext', copied === null ? 'nothing to measure by yet' : `${copied} percent of the bytes are copied`);
    meter.firstElementChild.style.width = `${copied ?? 0}%`;
    meter.dataset.state = job.disposition === 'done' ? 'done' : '';
    const bytes = Math.min(progress.bytes, progress.bytes_total);
    showPairs(byId('figures'), [
        ['Copied', copied === null ? 'unknown' : `${copied}%`],
        ['On disk at the source', `${formatBytes(bytes)} of ${formatBytes(progress.bytes_total)}`],
        ['Rows', formatCount(progress.rows)],
        ['Rate', rateText(job)],
        ['Time left', leftText(job)],
        ['Builds', progress.builds > 0 ? `${formatCount(progress.builds_done)} of ${formatCount(progress.builds)}` : 'none yet'],
    ]);
}
