/** The timeline as text: a line for every moment, a bar for every ReplicaSet, and why pods came and went. */
import type { Millis } from "../api/meta.ts";
import { clockReading } from "../api/duration.ts";
import type { Command, Moment, StatusLine } from "./moments.ts";
import type { Reason } from "./reasons.ts";
import { printable, wrap, type Paint } from "./paint.ts";
import { barOf, podsPerCell } from "./pods.ts";
import { printedLines } from "./printed.ts";
import type { DeploymentRow, SetRow } from "./rows.ts";

export interface TimelineOptions {
  /** Characters in a line, at least 60. */
  readonly width: number;
  readonly paint: Paint;
}

/** Room for the time, right-aligned, with two spaces after it. */
const gutter = 10;
const indent = " ".repeat(gutter);

export function timelineOf(
  moments: readonly Moment[],
  options: TimelineOptions,
): readonly string[] {
  const layout = layoutOf(moments, options);
  const lines: string[] = [];
  const headers = new Map<string, string>();
  for (const [index, moment] of moments.entries()) {
    if (index > 0 && moment.commands.length > 0) lines.push("");
    lines.push(...momentLines(moment, layout, headers));
  }
  return lines;
}

interface Layout extends TimelineOptions {
  /** Several Deployments are told apart by name. */
  readonly nameWidth: number;
  /** Of `8/10`. */
  readonly countWidth: number;
  /** With several Deployments: as many ReplicaSets as any of them shows, at most 3. */
  readonly columns: number;
  readonly perCell: number;
  /** Long warnings are shown in full once. */
  readonly warned: Set<string>;
}

function layoutOf(moments: readonly Moment[], options: TimelineOptions): Layout {
  const rows = moments.flatMap(({ rows: some }) => some);
  const names = new Set(rows.map(({ name }) => name));
  const longest = Math.max(0, ...[...names].map((name) => name.length));
  const most = rows
    .flatMap(({ sets }) => sets)
    .reduce((peak, { counts }) => Math.max(peak, counts.pods + counts.terminating), 0);
  return {
    ...options,
    nameWidth: names.size > 1 ? Math.min(longest, 14) + 2 : 0,
    countWidth: Math.max(5, 2 * String(most).length + 1),
    columns: Math.min(3, Math.max(1, ...rows.map(({ sets }) => sets.length))),
    perCell: podsPerCell(most, 12),
    warned: new Set(),
  };
}

/** What one cell of a bar stands for, or an empty text if it is one pod. */
export function scaleOf(moments: readonly Moment[], options: TimelineOptions): string {
  const { perCell } = layoutOf(moments, options);
  return perCell === 1 ? "" : `one cell: ${perCell} pods`;
}

function momentLines(
  moment: Moment,
  layout: Layout,
  headers: Map<string, string>,
): readonly string[] {
  const { paint } = layout;
  const lines: string[] = [];
  if (moment.skipped > 0) {
    const decisions = moment.skipped === 1 ? "one decision" : `${moment.skipped} decisions`;
    lines.push(indent + paint.dim(`... ${decisions} more between these lines ...`));
  }
  for (const command of moment.commands) lines.push(...commandLines(command, layout));
  for (const row of moment.rows) lines.push(...rowLines(row, layout, headers));
  const reasons = layout.nameWidth > 0 ? bySubject(moment.reasons) : moment.reasons;
  for (const reason of reasons) lines.push(...reasonLines(reason, layout));
  for (const status of moment.status) lines.push(...statusLines(status, layout));
  for (const broken of moment.broken) {
    const text = wrap(
      `does not hold: ${printable(broken)}`,
      layout.width,
      `${indent}✗ `,
      `${indent}  `,
    );
    lines.push(...text.map((line) => painted(line, paint.bad)));
  }
  return lines.map((line, index) => (index === 0 ? timed(moment.at, line, layout) : line));
}

function timed(at: Millis, line: string, { paint }: Layout): string {
  return line.startsWith(indent) ? paint.bold(clock(at)) + line.slice(gutter) : line;
}

/** The gutter stays bare, for the time. */
function painted(line: string, colour: (text: string) => string): string {
  return indent + colour(line.slice(gutter));
}

/** Always as wide as the gutter: from ten minutes on without fractions. */
function clock(at: Millis): string {
  const shown = at < 600_000 ? at : Math.floor(at / 1000) * 1000;
  return `${clockReading(shown).padStart(gutter - 2)}  `;
}

function commandLines(
  { name, output, again = 0 }: Command,
  { paint, width, warned }: Layout,
): readonly string[] {
  const lines: string[] = [];
  const prompt = name.startsWith("kubectl") ? "$ " : "* ";
  if (name !== "") {
    const wrapped = wrap(printable(name), width, indent + prompt, `${indent}    `);
    lines.push(...wrapped.map((line) => painted(line, paint.accent)));
  }
  if (again > 0) {
    const often = again === 1 ? "once" : `${again} times`;
    lines.push(indent + paint.dim(`  ... the same ${often} more ...`));
  }
  const room = width - gutter - 2;
  const inFullOnce = (text: string): string => {
    if (warned.has(text) && text.length > room) return `${text.slice(0, room - 10)} ... again`;
    warned.add(text);
    return text;
  };
  // A table may not move to where the time stands.
  const place = { width, indent: gutter + 2, least: name === "" ? gutter + 2 : 2 };
  for (const { stream, texts } of byStream(output)) {
    const colour = stream === "stderr" ? paint.warn : paint.dim;
    const shown = texts.map((text) => printable(stream === "stderr" ? inFullOnce(text) : text));
    lines.push(...printedLines(shown, place).map((line) => line.replace(/\S.*/u, colour)));
  }
  return lines;
}

/** Lines to the same stream stay together. */
function byStream(output: Command["output"]): { stream: string; texts: string[] }[] {
  const runs: { stream: string; texts: string[] }[] = [];
  for (const { stream, text } of output) {
    const last = runs.at(-1);
    if (last?.stream === stream) last.texts.push(text);
    else runs.push({ stream, texts: [text] });
  }
  return runs;
}

/** What was decided about one Deployment stays together. */
function bySubject(reasons: readonly Reason[]): readonly Reason[] {
  const subjects = [...new Set(reasons.map(({ about }) => about))];
  return subjects.flatMap((subject) => reasons.filter(({ about }) => about === subject));
}

function reasonLines(
  { mark, text, about, id }: Reason,
  { paint, width, nameWidth }: Layout,
): readonly string[] {
  const colours = { "▲": paint.good, "▼": paint.warn, "+": paint.good, "•": paint.dim };
  const whole = nameWidth > 0 && id !== "deployment/new/create" ? `${about}: ${text}` : text;
  const [first = "", ...rest] = wrap(printable(whole), width, `${indent}  `, `${indent}  `);
  return [`${indent}${colours[mark](mark)} ${first.slice(gutter + 2)}`, ...rest];
}

function statusLines({ text, by }: StatusLine, { paint, width }: Layout): readonly string[] {
  const lead = by === "command" ? `${indent}| ` : `${indent}: `;
  const whole = printable(text);
  const [head = "", tail] = whole.split(/(?<=finish:) /u);
  const lines =
    lead.length + whole.length <= width || tail === undefined
      ? wrap(whole, width, lead, lead)
      : [...wrap(head, width, lead, lead), ...wrap(tail, width, `${lead}  `, `${lead}  `)];
  return lines.map((line) => painted(line, paint.dim));
}

/** A Deployment's line, and before it a heading if its ReplicaSets are others than before. */
function rowLines(
  row: DeploymentRow,
  layout: Layout,
  headers: Map<string, string>,
): readonly string[] {
  const several = layout.nameWidth > 0;
  const stacked = !several && row.sets.length > 3;
  const columns = several ? layout.columns : stacked ? 1 : Math.max(1, row.sets.length);
  const bar = barWidth(layout, columns, several ? 4 : 0);
  const header = several ? severalHeader(layout, bar) : headerOf(row, layout, bar, stacked);
  const subject = several ? "" : row.key;
  const lines = headers.get(subject) === header ? [] : [header];
  headers.set(subject, header);
  const cells = row.sets.map((set) => cellOf(set, layout, bar));
  const totals = totalsOf(row, layout);
  if (several) {
    const labelled = cells.map(
      (cell, index) => `r${row.sets[index]?.revision ?? 0}`.padEnd(4) + cell,
    );
    const blank = " ".repeat(4 + bar + cellWidth(layout));
    while (labelled.length < columns) labelled.push(blank);
    const name = fitted(row.name, layout.nameWidth - 2);
    return [...lines, `${indent}${name}  ${labelled.slice(-columns).join("")}${totals}`];
  }
  if (!stacked) return [...lines, `${indent}${cells.join("")}${totals}`];
  const stack = cells.map((cell, index) => {
    const label = `rev ${row.sets[index]?.revision ?? 0}`.padEnd(8);
    return `${indent}${label}${cell}${index === 0 ? totals : ""}`.trimEnd();
  });
  return [...lines, ...stack];
}

/** What a cell takes besides its bar. */
function cellWidth({ countWidth }: Layout): number {
  return countWidth + 8;
}

function barWidth(layout: Layout, columns: number, label: number): number {
  const totals = layout.countWidth + 7;
  const room = layout.width - gutter - layout.nameWidth - totals;
  return Math.max(4, Math.min(12, Math.floor(room / columns) - cellWidth(layout) - label));
}

/** Bar, ready of pods, terminating: `████████×× 8/8  2  `. */
function cellOf({ counts }: SetRow, { paint, countWidth, perCell }: Layout, bar: number): string {
  const ready = `${counts.ready}/${counts.pods}`.padStart(countWidth);
  const ending = (counts.terminating === 0 ? "-" : String(counts.terminating)).padStart(3);
  const ends = counts.terminating === 0 ? paint.dim(ending) : ending;
  return `${barOf(counts, bar, perCell, paint)} ${ready} ${ends}   `;
}

function totalsOf(row: DeploymentRow, { countWidth }: Layout): string {
  const updated = `${row.updated}/${row.wanted}`.padStart(countWidth);
  return `${updated}  ${String(row.available).padStart(5)}`;
}

function headerOf(row: DeploymentRow, layout: Layout, bar: number, stacked: boolean): string {
  const titles = stacked
    ? [" ".repeat(8) + titled("", layout, bar)]
    : row.sets.map(({ revision, image }) =>
        titled(titleOf(revision, lastPart(image), bar), layout, bar),
      );
  return indent + layout.paint.dim(titles.join("") + totalsTitle(layout));
}

/** The image too, or its tag, if there is room for it. */
function titleOf(revision: number, image: string, width: number): string {
  const tag = /:[^:@]+$/u.exec(image)?.[0] ?? "";
  const titles = [image, tag].map((name) => `rev ${revision} ${name}`.trimEnd());
  return titles.find(({ length }) => length <= width) ?? `rev ${revision}`;
}

/** With several Deployments the columns stay, and each bar says its revision. */
function severalHeader(layout: Layout, bar: number): string {
  const column = titled("", layout, bar + 4);
  const names = " ".repeat(layout.nameWidth);
  return indent + layout.paint.dim(names + column.repeat(layout.columns) + totalsTitle(layout));
}

function titled(title: string, { countWidth }: Layout, width: number): string {
  return `${fitted(title, width)} ${"ready".padStart(countWidth)} ${"end".padStart(3)}   `;
}

function totalsTitle({ countWidth }: Layout): string {
  return `${"new".padStart(countWidth)}  ${"avail".padStart(5)}`;
}

function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** `web:v1` of `registry/team/web:v1`. */
function lastPart(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1);
}
