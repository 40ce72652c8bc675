/**
 * Load tests that webhooks of Flagger's load tester start: `hey -z 1m -q 10 -c 2 http://web-canary.test/`. Each
 * worker (-c) sends so many requests a second (-q). The one that runs already is not started again
 * (fluxcd/flagger pkg/loadtester/runner.go).
 *
 * Left out: other commands, and hey without -z or -q.
 */
import { parseArgsStringToArgv } from "string-argv";
import { goDurationOf, type CanaryWebhook } from "../../api/canary.ts";

export interface LoadTest {
  /** Host that requests go to, `web-canary.test`. */
  readonly to: string;
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
  /** `Cookie: type=insider`, a line each. */
  readonly headers: string;
}

const DEFAULT_WORKERS = 50;
/** More than this is not played. */
const MOST_REQUESTS = 1000;

export function loadTestOf({ metadata }: CanaryWebhook): LoadTest | undefined {
  const [command, ...words] = parseArgsStringToArgv(metadata?.["cmd"] ?? "");
  if (command !== "hey") return undefined;
  const options = new Map<string, string>();
  const headers: string[] = [];
  let url = "";
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith("-")) url = word;
    else if (word === "-H") headers.push(words[++i] ?? "");
    else if (!word.startsWith("-disable")) options.set(word, words[++i] ?? "");
  }
  const named = /^[a-z]+:\/\/([^/:]+)/u.exec(url)?.[1];
  const to = options.get("-host") ?? named;
  const lasts = goDurationOf(options.get("-z"));
  const rate = Number(options.get("-q")) * Number(options.get("-c") ?? DEFAULT_WORKERS);
  if (to === undefined || lasts === undefined || lasts < 1000) return undefined;
  if (!(rate > 0 && rate <= MOST_REQUESTS)) return undefined;
  return { to, rate, seconds: Math.trunc(lasts / 1000), headers: headers.join("\n") };
}
