/**
 * What pods request and may use, from their templates. Mirrors component-helpers/resource (v0.37.2)
 * PodRequests and PodLimits: containers run together, init containers one after the other beside the sidecars that were
 * started before them; the runtime's overhead comes on top; `spec.resources` of the pod as a whole goes before.
 */
import type { Container, PodSpec } from "../api/core.ts";
import { asRecord } from "./json.ts";
import { printMilli, printQuantity, quantityOf, scaledUp } from "./quantity.ts";

export type Budget = "requests" | "limits";

/** Milli-units by resource. */
export type Amounts = Readonly<Record<string, number>>;

/** Of CPU, in milli-units; undefined where it says nothing. */
export function cpuOf(container: Container | undefined, budget: Budget): number | undefined {
  return amountsOf(container?.["resources"], budget)["cpu"];
}

export function amountsOf(resources: unknown, budget: Budget): Amounts {
  return quantities(asRecord(resources)[budget]);
}

/** A list of resources, `{cpu: 500m}`, in milli-units. */
export function quantities(list: unknown): Amounts {
  const entries = Object.entries(asRecord(list)).flatMap(([name, value]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? [] : [[name, Number(scaledUp(quantity, 3))] as const];
  });
  return Object.fromEntries(entries);
}

/** A sum of milli-units, as Kubernetes prints it: bytes in powers of two. */
export function printAmount(name: string, milli: number): string {
  if (!/(memory|storage)$/u.test(name)) return printMilli(milli);
  return printQuantity({ value: BigInt(milli), scale: -3, text: "", format: "BinarySI" });
}

export function isSidecar(container: Container): boolean {
  return container["restartPolicy"] === "Always";
}

/** What the scheduler and quotas count a pod as. */
export function podAmounts(spec: PodSpec, budget: Budget): Amounts {
  let together: Amounts = {};
  for (const container of spec.containers) {
    together = plus(together, amountsOf(container["resources"], budget));
  }
  let sidecars: Amounts = {};
  let starting: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container["resources"], budget);
    if (isSidecar(container)) {
      sidecars = plus(sidecars, own);
      together = plus(together, own);
    }
    starting = most(starting, isSidecar(container) ? sidecars : plus(sidecars, own));
  }
  const ofContainers = most(together, starting);
  const whole = { ...ofContainers, ...amountsOf(spec["resources"], budget) };
  const overhead = quantities(spec["overhead"]);
  if (budget === "requests") return plus(whole, overhead);
  // The overhead is no limit where there was none.
  const limited = Object.entries(overhead).filter(([name]) => whole[name] !== undefined);
  return plus(whole, Object.fromEntries(limited));
}

function plus(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, (x, y) => x + y);
}

function most(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, Math.max);
}

function combine(a: Amounts, b: Amounts, how: (x: number, y: number) => number): Amounts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, how(a[name] ?? 0, b[name] ?? 0)]));
}
