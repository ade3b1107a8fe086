// Bytes a second over time, from what arrived while this page was open.
const samples_max = 1800;
const gap_ms = 10000;      // longer without a sample: the line is broken, because nobody knows
const span_min_ms = 60000;
const chart_height = 168;
const chart_margin = {top: 12, right: 12, bottom: 24, left: 76};

class Throughput {
    constructor() {
        this.samples = new Map();  // a job's name -> [{at, rate}]
    }

    // Every running job is noted, so that one that is chosen later has a past.
    note(jobs) {
        const at = Date.now();
        const names = new Set(jobs.map((job) => job.name));
        for (const name of this.samples.keys()) {
            if (!names.has(name)) this.samples.delete(name);
        }
        for (const job of jobs) {
            const series = this.samples.get(job.name);
            const last = series?.at(-1);
            if (!copying(job)) {
                if (last && last.rate > 0) series.push({at, rate: 0});
                continue;
            }
            if (!series) this.samples.set(job.name, []);
            this.samples.get(job.name).push({at, rate: Math.max(job.progress.bytes_per_s, 0)});
            if (series?.length > samples_max) this.samples.set(job.name, halved(series));
        }
    }

    of(name) {
        return this.samples.get(name) ?? [];
    }
}

// Two neighbours become one; the time between samples grows with the time the page is open.
function halved(series) {
    const half = [];
    for (let i = 0; i + 1 < series.length; i += 2) {
        half.push({at: series[i + 1].at, rate: (series[i].rate + series[i + 1].rate) / 2});
    }
    return half;
}

// Round steps in the unit that the highest value is told in.
function rateTicks(highest) {
    const unit = 1024 ** Math.max(1, Math.floor(Math.log(Math.max(highest, 1)) / Math.log(1024)));
    const rough = Math.max(highest, unit) / unit / 3;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) * unit;
    return Array.from({length: Math.ceil(Math.max(highest, unit) / step) + 1}, (_, i) => i * step);
}

function timeTicks(span_ms) {
    const steps_ms = [15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].map((s) => s * 1000);
    const step = steps_ms.find((candidate) => span_ms / candidate <= 5) ?? span_ms / 4;
    return Array.from({length: Math.floor(span_ms / step) + 1}, (_, i) => i * step);
}

// The runs of samples without a gap between them.
function runsOf(series) {
    const runs = [];
    for (const sample of series) {
        const last = runs.at(-1)?.at(-1);
        const usual = series.length > samples_max / 2 ? gap_ms * 3 : gap_ms;
        if (last && sample.at - last.at <= usual) runs.at(-1).push(sample);
        else runs.push([sample]);
    }
    return runs;
}

function chartAxes(x, y, ticks, span_ms, width) {
    const right = width - chart_margin.right;
    const bottom = chart_height - chart_margin.bottom;
    const lines = ticks.flatMap((value) => [
        svg('line', {class: 'grid', x1: chart_margin.left, x2: right, y1: y(value), y2: y(value)}),
        svg('text', {x: chart_margin.left - 8, y: y(value) + 4, 'text-anchor': 'end'}, value === 0 ? '0' : `${formatBytes(value).replace('.0 ', ' ')}/s`),
    ]);
    const times = timeTicks(span_ms).flatMap((ago) => [
        svg('line', {class: 'grid', x1: x(ago), x2: x(ago), y1: bottom, y2: bottom + 4}),
        svg('text', {x: x(ago), y: bottom + 18, 'text-anchor': ago === 0 ? 'end' : 'middle'}, ago === 0 ? 'now' : `-${formatDuration(ago).replace(/ 00[sm]$/, '').replace('.0s', 's')}`),
    ]);
    return [...lines, ...times];
}

function chartPicture(series, width) {
    const newest = series.at(-1).at;
    const span_ms = Math.max(newest - series[0].at, span_min_ms);
    const ticks = rateTicks(Math.max(...series.map(({rate}) => rate)));
    const bottom = chart_height - chart_margin.bottom;
    const x = (ago) => width - chart_margin.right - ago / span_ms * (width - chart_margin.left - chart_margin.right);
    const y = (rate) => bottom - rate / ticks.at(-1) * (bottom - chart_margin.top);
    const shapes = runsOf(series).flatMap((run) => {
        const points = run.map(({at, rate}) => `${x(newest - at).toFixed(1)} ${y(rate).toFixed(1)}`);
        const [first, last] = [x(newest - run[0].at).toFixed(1), x(newest - run.at(-1).at).toFixed(1)];
        return [
            svg('path', {class: 'area', d: `M${first} ${bottom}L${points.join('L')}L${last} ${bottom}Z`}),
            svg('path', {class: 'line', d: `M${points.join('L')}${run.length === 1 ? 'h0.1' : ''}`}),
        ];
    });
    return svg('svg', {viewBox: `0 0 ${width} ${chart_height}`, width, height: chart_height, role: 'img', 'aria-labelledby': 'chart-caption'},
        ...chartAxes(x, y, ticks, span_ms, width), ...shapes);
}

function chartText(series, job) {
    const rates = series.map(({rate}) => rate);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    const now = copying(job) ? rateText(job) : 'not copying';
    return `Throughput over the last ${formatDuration(series.at(-1).at - series[0].at)}: now ${now}, mean ${formatBytes(mean)}/s, highest ${formatBytes(Math.max(...rates))}/s`;
}

function showChart(job, throughput) {
    const series = throughput.of(job.name);
    const node = byId('chart');
    setHidden(node, series.length < 2);
    if (series.length < 2) {
        setText(byId('chart-caption'), 'Throughput is drawn from when this page was opened, while rows are copied.');
        return;
    }
    node.replaceChildren(chartPicture(series, Math.max(node.clientWidth, 240)));
    setText(byId('chart-caption'), chartText(series, job));
}
