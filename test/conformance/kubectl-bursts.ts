/**
 * The one thing that is compared by its meaning: what `rollout status` and `get -w` print while
 * controllers work. The real controllers write several statuses one after the other, up to half a second
 * apart when there are many pods; how many, and with which counts, differs from run to run of the same
 * rollout (see docs/kubectl.md). Pods change in whole seconds there. So lines less than 600 ms apart are
 * one burst; of each burst only the state in which it leaves each object counts, and of equal states in a
 * row the first.
 */

export const burstMs = 600;

type Timed = readonly (readonly [number, string])[];

export function statesAtRest(lines: Timed): readonly string[] {
  const bursts: { end: number; lines: string[] }[] = [];
  for (const [ms, line] of lines) {
    const last = bursts.at(-1);
    if (last !== undefined && ms - last.end < burstMs) {
      last.end = ms;
      last.lines.push(line);
    } else bursts.push({ end: ms, lines: [line] });
  }
  const shown = new Map<string, string>();
  return bursts.flatMap((burst) => {
    const left = new Map(burst.lines.map((line) => [subject(line), line]));
    const changed = [...left].filter(([name, line]) => shown.get(name) !== line);
    for (const [name, line] of changed) shown.set(name, line);
    return changed.map(([, line]) => line).toSorted((a, b) => (a < b ? -1 : 1));
  });
}

/** What a line is about: its first word that is a name, or the Deployment of `rollout status`. */
function subject(line: string): string {
  if (/^Waiting for|successfully rolled out/.test(line)) return "rollout";
  const [first = "", second = ""] = line.split(/\s+/);
  return /^(ADDED|MODIFIED|DELETED|EVENT)$/.test(first) ? second : first;
}
