// Values as people read them, the same as on the command line.
const byte_units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

const formatCount = (count) => Math.round(count).toLocaleString('en-US');

function formatBytes(bytes) {
    if (bytes < 1024) return `${Math.round(bytes)} B`;
    let value = bytes / 1024;
    let unit = 0;
    while (value >= 1023.95 && unit + 1 < byte_units.length) {
        value /= 1024;
        ++unit;
    }
    return `${value.toFixed(1)} ${byte_units[unit]}`;
}

const twoDigits = (number) => String(number).padStart(2, '0');

function formatDuration(ms) {
    if (ms < 9950) return `${(Math.max(ms, 0) / 1000).toFixed(1)}s`;
    const s = Math.round(ms / 1000);
    if (s < 60) return `${s}s`;
    if (s < 3600) return `${Math.floor(s / 60)}m ${twoDigits(s % 60)}s`;
    const minutes = Math.floor(s / 60);
    if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
    return `${Math.floor(minutes / (24 * 60))}d ${twoDigits(Math.floor(minutes / 60) % 24)}h`;
}

// "2025-01-31T12:00:01.250Z" -> "2025-01-31 12:00:01Z", as in logs and reports.
const formatTime = (iso) => iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');

// 0 to 100; 100 only when all is there; null where there is nothing to measure by.
function percent(done, total) {
    if (!(total > 0)) return null;
    return done >= total ? 100 : Math.min(Math.floor(done * 100 / total), 99);
}

const counted = (count, one, many) => `${formatCount(count)} ${count === 1 ? one : many}`;

const ended = (job) => job.disposition === 'done' || job.disposition === 'cancelled';

// How a job is, in a word.
function stateOf(job) {
    if (job.wish === 'cancel' && !ended(job)) return {word: 'being cancelled', tone: 'busy'};
    if (job.wish === 'pause' && job.disposition === 'running') return {word: 'pausing', tone: 'busy', sign: 'pause'};
    if (job.disposition === 'failed' && job.transient) return {word: 'trying again', tone: 'busy'};
    if (job.disposition === 'done' && job.different) return {word: 'done, different', tone: 'bad'};
    return {
        queued: {word: 'queued', tone: 'quiet'},
        running: {word: 'running', tone: 'live'},
        paused: {word: 'paused', tone: 'busy', sign: 'pause'},
        waiting: {word: 'waiting', tone: 'busy'},
        failed: {word: 'failed', tone: 'bad'},
        cancelled: {word: 'cancelled', tone: 'quiet'},
        done: {word: 'done', tone: 'good'},
    }[job.disposition] ?? {word: String(job.disposition), tone: 'quiet'};
}

function copiedPercent(job) {
    return job.disposition === 'done' ? 100 : percent(job.progress.bytes, job.progress.bytes_total);
}

const steps = ['connect', 'save_indexes', 'drop_indexes', 'convert_columns', 'drop_extension', 'stop_source', 'transfer_schema',
    'transfer_data', 'create_indexes', 'verify', 'cutover'];
const stepName = (step) => step.replaceAll('_', ' ');

// Rows are on their way, so that there is a rate and a time left.
function copying(job) {
    const {chunks, chunks_done} = job.progress;
    return job.disposition === 'running' && chunks > 0 && chunks_done < chunks && steps.indexOf(job.step) <= steps.indexOf('create_indexes');
}

function leftText(job) {
    if (!copying(job)) return job.progress.chunks > 0 && job.progress.chunks_done >= job.progress.chunks ? 'copied' : 'not copying';
    return job.progress.left_s === null ? 'unknown' : formatDuration(job.progress.left_s * 1000);
}

const rateText = (job) => copying(job) ? `${formatBytes(Math.max(job.progress.bytes_per_s, 0))}/s` : 'not copying';

// A name as one word of a shell's command line.
function shellWord(name) {
    const word = /^[A-Za-z0-9_.,:=@%/+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
    return name.startsWith('-') ? `-- ${word}` : word;
}

const commandLine = (verb, job) => `lantern-migrate ${verb} ${shellWord(job.name)}`;
