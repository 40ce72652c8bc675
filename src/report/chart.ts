/**
 * The pods of one Deployment over time as SVG: what each revision has available at the bottom, on it what is not
 * available yet, on top what terminates; and the lines that the available ones may not fall below and those asked for
 * not rise above.
 */
import { formatDuration } from "../api/duration.ts";
import type { Millis } from "../api/meta.ts";
import { podTicks, timeTicks } from "./axis.ts";
import { escaped } from "./markup.ts";
import type { PodCounts } from "./pods.ts";
import type { PodsAt, Series } from "./series.ts";

export interface ChartOptions {
  /** Of the whole time axis, which begins at 0. */
  readonly end: Millis;
  /** What users did, and when; in order. */
  readonly commands: readonly { readonly at: Millis; readonly name: string }[];
  /** When an expectation failed. */
  readonly broken: readonly Millis[];
}

export const chartSize = { width: 960, height: 300 } as const;

const plot = { left: 44, right: 796, top: 34, bottom: 262 } as const;

/** Paul Tol's bright scheme: told apart by colour-blind people, too. */
const colours = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377"] as const;

/** From the bottom up. */
const layers: readonly { readonly kind: string; readonly of: (counts: PodCounts) => number }[] = [
  { kind: "available", of: ({ available }) => available },
  { kind: "waiting", of: ({ pods, available }) => pods - available },
  { kind: "terminating", of: ({ terminating }) => terminating },
];

/** For each document with charts in it, once. Colours of text suit light and dark pages. */
export const chartStyle = `
.chart { font: 12px system-ui, sans-serif; fill: #59636e; }
.chart .available { fill-opacity: 0.95; }
.chart .waiting { fill-opacity: 0.4; }
.chart .terminating { fill-opacity: 0.15; stroke-opacity: 0.6; stroke-dasharray: 2 2; }
.chart .grid { stroke: #8b949e; stroke-opacity: 0.25; }
.chart .bound { fill: none; stroke: #8b949e; stroke-width: 1.5; stroke-dasharray: 6 4; }
.chart .command { stroke: #8b949e; stroke-dasharray: 1 3; }
.chart .broken { fill: #cf222e; }
.chart .title { font-weight: 600; font-size: 14px; }
@media (prefers-color-scheme: dark) { .chart { fill: #9198a1; } }`;

/** An element `svg` of `chartSize`. */
export function chartOf(series: Series, options: ChartOptions): string {
  const scale = scaleOf(series, options.end);
  const parts = [
    `<text class="title" x="${plot.left}" y="14">${escaped(series.name)}</text>`,
    ...gridLines(scale),
    ...areasOf(series, scale),
    ...boundsOf(series, scale),
    ...commandMarks(options, scale),
    ...options.broken.map((at) => brokenMark(scale.x(at))),
    ...legendOf(series),
  ];
  const { width, height } = chartSize;
  return [
    `<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>Pods of ${escaped(series.name)} over time</title>`,
    ...parts,
    "</svg>",
  ].join("\n");
}

interface Scale {
  readonly end: Millis;
  readonly most: number;
  x(at: Millis): number;
  y(pods: number): number;
}

function scaleOf({ points }: Series, end: Millis): Scale {
  const most = points.reduce((max, point) => Math.max(max, heightOf(point)), 1);
  const { left, right, top, bottom } = plot;
  const tenths = (value: number): number => Math.round(value * 10) / 10;
  return {
    end,
    most,
    x: (at) => tenths(left + ((right - left) * at) / Math.max(1, end)),
    y: (pods) => tenths(bottom - ((bottom - top) * pods) / most),
  };
}

function heightOf({ wanted, most = 0, sets }: PodsAt): number {
  const pods = sets.reduce((sum, { counts }) => sum + counts.pods + counts.terminating, 0);
  return Math.max(wanted, most, pods);
}

function gridLines({ end, most, x, y }: Scale): readonly string[] {
  const { left, right, bottom } = plot;
  return [
    ...podTicks(most, 6).flatMap((pods) => [
      `<path class="grid" d="M${left} ${y(pods)}H${right}"/>`,
      `<text x="${left - 6}" y="${y(pods) + 4}" text-anchor="end">${pods}</text>`,
    ]),
    ...timeTicks(end, 10).flatMap((at) => [
      `<path class="grid" d="M${x(at)} ${bottom}v5"/>`,
      `<text x="${x(at)}" y="${bottom + 20}" text-anchor="middle">${formatDuration(at)}</text>`,
    ]),
  ];
}

function areasOf(series: Series, scale: Scale): readonly string[] {
  const { points } = series;
  const names = namesOf(series);
  let bottoms = points.map(() => 0);
  return layers.flatMap(({ kind, of }) =>
    names.flatMap((name, index) => {
      const tops = points.map(({ sets }, i) => {
        const counts = sets.find((set) => set.name === name)?.counts;
        return bottoms[i]! + (counts === undefined ? 0 : of(counts));
      });
      const isEmpty = tops.every((top, i) => top === bottoms[i]);
      const area = areaBetween(points, bottoms, tops, scale);
      bottoms = tops;
      if (isEmpty) return [];
      const colour = colours[index % colours.length];
      const stroke = kind === "terminating" ? ` stroke="${colour}"` : "";
      return [
        `<path class="${kind}" fill="${colour}"${stroke} d="${area}"><title>${escaped(name)}: ${kind}</title></path>`,
      ];
    }),
  );
}

/** Steps: each value holds until the next. */
function areaBetween(
  points: readonly PodsAt[],
  bottoms: readonly number[],
  tops: readonly number[],
  { end, x, y }: Scale,
): string {
  const times = [...points.map(({ at }) => at), end];
  const there = tops.map((top, i) => `V${y(top)}H${x(times[i + 1]!)}`);
  const back = bottoms.map((bottom, i) => `V${y(bottom)}H${x(times[i]!)}`).toReversed();
  return `M${x(times[0]!)} ${y(bottoms[0]!)}${there.join("")}${back.join("")}Z`;
}

function boundsOf({ points }: Series, { end, x, y }: Scale): readonly string[] {
  const last = points.at(-1);
  if (last === undefined) return [];
  const bounds: readonly (readonly [string, (point: PodsAt) => number | undefined])[] = [
    ["asked for at most", ({ most }) => most],
    ["available at least", ({ least }) => least],
  ];
  // Where both are the same, or near, one stands under the other.
  const isNear = y(last.least ?? 0) - y(last.most ?? 0) < 14;
  return bounds.flatMap(([title, of], index) => {
    const final = of(last);
    if (final === undefined) return [];
    const steps = points.map((point, i) => {
      const pods = of(point) ?? final;
      return `${i === 0 ? "M" : "L"}${x(point.at)} ${y(pods)}H${x(points[i + 1]?.at ?? end)}`;
    });
    const place = y(final) + (isNear ? 14 * index - 3 : 4);
    return [
      `<path class="bound" d="${steps.join("")}"/>`,
      `<text x="${plot.right + 8}" y="${place}">${final} ${title}</text>`,
    ];
  });
}

const LETTER = 6.2;

/** Names as far as they have room before the next one. */
function commandMarks({ commands }: ChartOptions, { x }: Scale): readonly string[] {
  const { right, top, bottom } = plot;
  return commands.map(({ at, name }, i) => {
    const next = commands[i + 1];
    const room = Math.floor(((next === undefined ? right : x(next.at)) - x(at)) / LETTER) - 1;
    const shown = name.replace(/^kubectl /u, "");
    const text = shown.length <= room ? shown : room < 6 ? "" : `${shown.slice(0, room - 1)}…`;
    return [
      `<g><title>${escaped(`${formatDuration(at)} ${name}`)}</title>`,
      `<path class="command" d="M${x(at)} ${top - 10}V${bottom}"/>`,
      `<text x="${x(at) + 3}" y="${top - 4}">${escaped(text)}</text></g>`,
    ].join("");
  });
}

function brokenMark(x: number): string {
  const { bottom } = plot;
  return `<path class="broken" d="M${x} ${bottom - 8}l5 8h-10z"><title>an expectation failed</title></path>`;
}

/** In the order in which they came. */
function namesOf({ points }: Series): readonly string[] {
  const begun = points.flatMap(({ sets }) => sets.map(({ name }) => name));
  return [...new Set(begun)];
}

/** An undo makes a revision of an old ReplicaSet the newest. */
function legendOf(series: Series): readonly string[] {
  const all = series.points.flatMap(({ sets }) => sets);
  const texts = namesOf(series).map((name) => {
    const own = all.filter((set) => set.name === name);
    const revisions = [...new Set(own.map(({ revision }) => revision))];
    return `revision ${revisions.join(", ")}: ${own[0]!.image}`;
  });
  let x: number = plot.left;
  return texts.map((text, index) => {
    const at = x;
    x += 24 + text.length * LETTER + 12;
    const colour = colours[index % colours.length];
    return `<rect x="${at}" y="286" width="10" height="10" fill="${colour}"/><text x="${at + 15}" y="295">${escaped(text)}</text>`;
  });
}
