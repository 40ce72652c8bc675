/**
 * What may differ between two runs of the same commands on a real cluster: names that are drawn, uids,
 * times, ages, resourceVersions, IP addresses, and the order of what is sorted by drawn names. Everything
 * else must be equal.
 */

/** Random suffixes consist of these. */
const drawn = "[bcdfghjklmnpqrstvwxz2456789]";

const replacements: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uid>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g, "<time>"],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000/g, "<time>"],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, "<time>"],
  [/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/g, "<time>"],
  [/(resourceVersion"?: )"\d+"/g, '$1"<version>"'],
  // On one line, as Go and JSON print it.
  [/(resourceVersion"?:"?)\d+/g, "$1<version>"],
  [new RegExp(`(-[a-z0-9]{6,10})-${drawn}{5}(?=_default)`, "g"), "$1-<pod>"],
  // The API server's port; the recorder writes `PORT` where it follows a colon.
  [/:PORT\b/g, ":6443"],
  [/\b16443\b/g, "6443"],
  [/https:\/\/(SERVER|rollsim)\b/g, "https://<server>"],
  // A resourceVersion in an error's text.
  [/(resource version to be \S+, was )\d+/g, "$1<version>"],
  [/(Resource Version: +)\d+/g, "$1<version>"],
  // An event's name ends with the instant of its first one.
  [/\.[0-9a-f]{16}\b/g, ".<event>"],
  [/(resourceVersion\\":\\")\d+/g, "$1<version>"],
  [/^(Context|Switched to context) "(real|rollsim)"/gm, '$1 "<context>"'],
  [/^(\* +)(?:real|rollsim) +(?:real|rollsim) /gm, "$1<context>  <context>  "],
  [/'(?:RUNDIR\/home-1\.37|\$HOME)\//g, "'<home>/"],
  // What runs the pods, and builds of kubectl, have names of their own.
  [/\b(fakelet|rollsim|real)(?=:\/\/0|$| +0 \()/gm, "<node software>"],
  [/(gitCommit|gitTreeState|buildDate)("?: ).*$/gm, "$1$2<build>"],
  // A log line's time and process.
  [/^([WEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, "$1<time> "],
  [/(TMPDIR|\/tmp)\/(LIVE|MERGED|kubectl-edit)-\w+/g, "<dir>/$2"],
  // kustomize shows whole paths, rollsim those from where kubectl runs.
  [/(lstat |')TMPDIR\//g, "$1"],
  [/'TMPDIR'/g, "'.'"],
  [new RegExp(`(-[a-z0-9]{6,10})-${drawn}{5}\\b`, "g"), "$1-<pod>"],
  [new RegExp(`(^|[ "/:])(\\w[\\w-]*)-${drawn}{5}(?=\\s+IPv4)`, "gm"), "$1$2-<drawn>"],
  [new RegExp(`(  name: "?[\\w-]+)-${drawn}{5}(?="?,?$)`, "gm"), "$1-<drawn>"],
  [new RegExp(`^(Name: +[\\w-]+)-${drawn}{5}$`, "gm"), "$1-<drawn>"],
  // A pod of a ReplicaSet that somebody made by hand has no hash in its name.
  [new RegExp(`((?:pods?|Pods?)(?:: |/| ")[\\w-]+)-${drawn}{5}\\b`, "g"), "$1-<pod>"],
  // Of a name that the server completed (generateName).
  [new RegExp(`^(\\w+/[\\w-]+|[\\w-]+)-${drawn}{5}(?= created$| +\\d)`, "gm"), "$1-<drawn>"],
  [/\b10\.244\.\d+\.\d+\b/g, "<pod-ip>"],
  [/\b10\.96\.(?!0\.1\b)\d+\.\d+\b/g, "<cluster-ip>"],
  [/:3\d{4}\/(TCP|UDP)/g, ":<node-port>/$1"],
  [/(nodePort"?: )3\d{4}/g, "$1<node-port>"],
  [/(NodePort: +\S+ +)3\d{4}/g, "$1<node-port>"],
  [/fakelet:\/\/<uid>/g, "<container>"],
  [/(containerID"?: |Container ID: +)("?)[^"\n]*("?)$/gm, "$1<container>"],
  // The recordings' kubelet forgets the image of a container that has ended, a real one does not.
  [/(imageID"?: |Image ID:)( *"?)(?:sha256:0)?("?,?)$/gm, "$1<image>"],
];

/** Ages as printed: `5s`, `3m20s`, `2d`, also `5s ago`, `3s (x2 over 9s)`. */
const age = /(?<![\w.-])(?:\d+[ywdhms]){1,2}(?![\w-])/g;

/** Text with everything drawn replaced, and lines in an order that does not depend on it. */
export function normalize(text: string): string {
  return sortDrawn(withoutDrawn(text, isLaidOut(text)));
}

/** The same for lines of one text, each on its own, in their order. */
export function normalizeLines(lines: readonly string[]): readonly string[] {
  const laidOut = isLaidOut(lines.join("\n"));
  return lines.map((line) => withoutDrawn(line, laidOut));
}

/** A row of `events` without headers. */
const eventRow = /^(?:[\w-]+ +)?(\d+[ywdhms]){1,2}\b.* (Normal|Warning) /m;
/** A row of pods without headers, whose age is followed by more. */
const podRow = / \d+\/\d+ +\w+ +\d+ +(\d+[ywdhms]){1,2} /;

type Layout = "columns" | "text";

/** Columns move with the width of ages and addresses, so blanks between them do not count. */
function isLaidOut(text: string): Layout {
  const table = /^[A-Z][A-Z() -]* {2,}[A-Z]/m.test(text) || /^ +Type +Reason +Age/m.test(text);
  const ages = /\S {2,}(\d+[ywdhms]){1,2}$/m.test(text) || eventRow.test(text) || podRow.test(text);
  return table || ages || /\b10\.(244|96)\.|:3\d{4}\/TCP|fakelet:|Container ID:/.test(text)
    ? "columns"
    : "text";
}

function withoutDrawn(text: string, layout: Layout): string {
  let plain = text;
  // How often a slice was written while pods changed together differs between runs.
  if (text.includes("EndpointSlice")) plain = plain.replaceAll(/^( +generation: )\d+$/gm, "$1<n>");
  for (const [pattern, by] of replacements) plain = plain.replaceAll(pattern, by);
  if (layout === "text") return plain;
  return plain
    .replaceAll(age, "<age>")
    .replaceAll(/ {2,}(?=\S)/g, "  ")
    .replaceAll(/ +$/gm, "");
}

/** Sorts runs of lines or blocks that are about things with drawn names. */
function sortDrawn(text: string): string {
  if (text.includes("\n\n\nName:")) {
    return text.split("\n\n\n").toSorted(byText).join("\n\n\n");
  }
  const lines = text.split("\n");
  // What is wrong with an applied object comes in the order of a Go map.
  if (text.includes("typed patch object")) return lines.toSorted(byText).join("\n");
  // Events are listed by pod name, or by times that are equal within a second.
  if (/^(NAMESPACE +)?LAST SEEN +TYPE +REASON|^(?:[\w-]+ +)?<age>.* (Normal|Warning) /.test(text)) {
    return lines.toSorted(byText).join("\n");
  }
  const sorted: string[] = [];
  for (let i = 0; i < lines.length;) {
    const start = i;
    while (i < lines.length && isDrawnRow(lines[i] ?? "")) i += 1;
    if (i > start) sorted.push(...lines.slice(start, i).toSorted(byText));
    else {
      sorted.push(lines[i] ?? "");
      i += 1;
    }
  }
  return sorted.join("\n");
}

/** A table row that names a pod. */
function isDrawnRow(line: string): boolean {
  return /-<(pod|drawn)>|\.<event>/.test(line) && !/^\s/.test(line) && !line.includes(": ");
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
