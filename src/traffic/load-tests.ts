/**
 * Requests of load tests that webhooks of Canaries start: the controller decides so, and here they are sent. A
 * test that runs already goes on instead.
 */
import type { Millis } from "../api/meta.ts";
import type { Trace } from "../engine/trace.ts";
import type { OpenLoop, TrafficOptions } from "./options.ts";
import { serviceOfHost } from "./routes/hosts.ts";
import type { TrafficAccount } from "./traffic.ts";

interface Sender {
  readonly accounts: readonly TrafficAccount[];
  add(options: TrafficOptions): TrafficAccount;
}

/** Sends requests for each load test that the trace tells of from now on. */
export function sendLoadTests(trace: Trace, traffic: Sender): void {
  trace.on("decision", ({ id, key, at, weighed }) => {
    if (id !== "canary/load-test") return;
    const { hook = "", to = "", rate = 0, seconds = 0, headers = "" } = weighed;
    const name = `load test ${String(hook)} of ${key}: ${String(to)}`;
    const running = traffic.accounts.some((each) => endOf(each.name, name) > at);
    if (running) return;
    const until = at + Number(seconds) * 1000;
    const client: OpenLoop = {
      loop: "open",
      rate: Number(rate),
      arrivals: "fixed",
      from: at,
      until,
      ...carriedBy(String(headers)),
    };
    const clients = [client];
    const [own = "default"] = key.split("/");
    const service = serviceOfHost(String(to), own);
    const target =
      service === undefined
        ? { host: String(to), namespace: own }
        : { service: service.name, namespace: service.namespace };
    traffic.add({ ...target, name: `${name} until ${until} ms`, clients });
  });
}

/** When the test of this name ends, or ended; 0 for other accounts. */
function endOf(account: string, test: string): Millis {
  if (!account.startsWith(`${test} until `)) return 0;
  return Number.parseInt(account.slice(`${test} until `.length), 10);
}

/** Headers as `Name: value` in lines; cookies apart, by which nginx tells requests. */
function carriedBy(text: string): Pick<OpenLoop, "headers" | "cookies"> {
  const pairs = text.split("\n").flatMap((line) => pairOf(line, ":"));
  const isCookie = ([name]: readonly [string, string]): boolean => name.toLowerCase() === "cookie";
  const cookies = pairs
    .filter(isCookie)
    .flatMap(([, value]) => value.split(";").flatMap((each) => pairOf(each, "=")));
  return {
    headers: Object.fromEntries(pairs.filter((pair) => !isCookie(pair))),
    cookies: Object.fromEntries(cookies),
  };
}

function pairOf(text: string, separator: string): readonly (readonly [string, string])[] {
  const at = text.indexOf(separator);
  return at < 0 ? [] : [[text.slice(0, at).trim(), text.slice(at + 1).trim()]];
}
