/**
 * From the tenth distinct message of one source, object and reason on, client-go's recorder combines events:
 * each time it forgets one of the ten messages, any one (Go's order of a map), and what it forgot is combined
 * when it comes again. So how often each message stands alone differs from run to run of the same rollout.
 * Here the rows of such a reason become one, with their sum.
 */

const combined = "(combined from similar events)";

export function hasCombined(text: string): boolean {
  return text.includes(combined);
}

/** Of texts without counts (`get events`), only that there are such rows is kept. */
export function withoutCombined(text: string): string {
  const lines = text.split("\n");
  const reasons = new Set(lines.filter((line) => line.includes(combined)).map(reasonOf));
  const counts = new Map<string, number>();
  const kept: string[] = [];
  for (const line of lines) {
    const reason = reasonOf(line);
    if (reason === undefined || !reasons.has(reason)) kept.push(line);
    else counts.set(reason, (counts.get(reason) ?? 0) + countOf(line));
  }
  const counted = /^LAST SEEN +TYPE +REASON/mu.test(text) && !/\(x\d+ over /u.test(text);
  const sums = [...counts].map(([reason, sum]) => `<${reason}: ${counted ? "combined" : sum}>`);
  return [...kept, ...sums.toSorted((a, b) => (a < b ? -1 : 1))].join("\n");
}

/** What the row tells of: type and reason; with them also the object where a row names one. */
function reasonOf(line: string): string | undefined {
  return /\b(?:Normal|Warning) +\w+(?: +[A-Za-z]+\/\S+)?/u.exec(line)?.[0].replaceAll(/ +/gu, " ");
}

function countOf(line: string): number {
  return Number(/\(x(\d+) over /u.exec(line)?.[1] ?? 1);
}
