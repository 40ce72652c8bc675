/** The requests of a run: they begin and end when the scenario says, and are accounted for at its end. */
import type { Millis } from "../api/meta.ts";
import type { RequestsEntry } from "../api/trace.ts";
import type { Cluster } from "../cluster.ts";
import { nameOf } from "../traffic/options.ts";
import type { TrafficAccount } from "../traffic/traffic.ts";
import { abResult } from "./ab-test.ts";
import type { Moment, PlannedTraffic } from "./scenario.ts";
import type { TrafficResult } from "./traffic-metrics.ts";

export class TrafficRun {
  readonly #cluster: Cluster;
  readonly #planned: readonly PlannedTraffic[];
  readonly #accounts = new Map<PlannedTraffic, TrafficAccount>();
  readonly #ended = new Set<PlannedTraffic>();
  #settled: readonly TrafficResult[] | undefined;

  /** What the cluster sends already goes on: it was restored. */
  constructor(cluster: Cluster, planned: readonly PlannedTraffic[]) {
    this.#cluster = cluster;
    this.#planned = planned;
    for (const traffic of planned) {
      const name = nameOf(traffic.options);
      const begun = cluster.traffic.accounts.find((account) => account.name === name);
      if (begun !== undefined) this.#accounts.set(traffic, begun);
      else if (isTime(traffic.from)) this.#start(traffic);
    }
  }

  /** A step begins. */
  begin(step: string): void {
    for (const traffic of this.#planned) {
      if (isStep(traffic.from, step)) this.#start(traffic);
      if (isStep(traffic.to, step)) this.#end(traffic);
    }
  }

  /** An instant is over. */
  instant(): void {
    for (const traffic of this.#planned) {
      if (traffic.from === undefined && !this.#accounts.has(traffic) && this.#isReady(traffic)) {
        this.#start(traffic);
      }
    }
  }

  /**
   * All steps are taken, and an instant is over: closes the accounts, unless more happens. Requests go on until
   * proxies have learned and retries are done, not until the last timer that finds nothing to do.
   */
  settle(instant: "something happened" | "nothing happened", nextAt: Millis): void {
    if (this.#planned.length === 0) return;
    const { traffic, now } = this.#cluster;
    const { busyUntil } = traffic;
    if (instant === "nothing happened" && busyUntil < now) return;
    const end = Math.min(busyUntil, nextAt - 1);
    if (end > now) this.#cluster.runUntil(end);
    this.#settled = this.#look();
  }

  /** As they were closed last; of a run that was broken off, as they are. */
  results(run: "ended" | "broken off"): readonly TrafficResult[] {
    return (run === "ended" ? this.#settled : undefined) ?? this.#look();
  }

  #look(): readonly TrafficResult[] {
    return this.#planned.flatMap((traffic) => {
      const account = this.#accounts.get(traffic);
      if (account === undefined) return [];
      const { name } = account;
      const { abTest } = traffic;
      const result = { name, account: account.snapshot(), latencies: account.latencies() };
      return [abTest === undefined ? result : { ...result, abTest: abResult(abTest, account) }];
    });
  }

  #start(traffic: PlannedTraffic): void {
    if (this.#accounts.has(traffic)) return;
    const { options, from, to } = traffic;
    const times = {
      ...(isTime(from) && { from: from.at }),
      ...(isTime(to) && { until: to.at }),
    };
    const clients = options.clients.map((client) => ({ ...client, ...times }));
    this.#accounts.set(traffic, this.#cluster.traffic.add({ ...options, clients }));
  }

  #end(traffic: PlannedTraffic): void {
    if (this.#ended.has(traffic)) return;
    this.#ended.add(traffic);
    this.#accounts.get(traffic)?.stop();
  }

  /** Where routes decide on the Service, any of the namespace will do. */
  #isReady({ options }: PlannedTraffic): boolean {
    const { namespace = "default" } = options;
    const selector =
      "service" in options
        ? { labelSelector: `kubernetes.io/service-name=${options.service}` }
        : {};
    return this.#cluster.api
      .list("endpointslices", { namespace, ...selector })
      .some((slice) => ((slice["endpoints"] as readonly Endpoint[] | null) ?? []).some(isReady));
  }
}

/** As it stands in the trace. */
export function requestsEntry({ name, account }: TrafficResult): RequestsEntry {
  const { at, requests, answered, failed, underWay, slow } = account;
  const some = (counts: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  const [failedBy, slowBy] = [some(account.failedBy), some(account.slowBy)];
  const counts = { requests, answered, failed, underWay, slow, failedBy, slowBy };
  return { kind: "requests", at, traffic: name, ...counts };
}

interface Endpoint {
  readonly conditions: { readonly ready: boolean };
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions.ready;
}

function isStep(moment: Moment | undefined, step: string): boolean {
  return moment !== undefined && "step" in moment && moment.step === step;
}

function isTime(moment: Moment | undefined): moment is { readonly at: Millis } {
  return moment !== undefined && "at" in moment;
}
