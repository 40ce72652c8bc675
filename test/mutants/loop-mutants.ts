/** The loop of the controllers, what befalls nodes, and who makes room, broken. */
import { noticedBy, type Mutant } from "./mutant.ts";

const loop = noticedBy(
  [
    "controllers/loop.test.ts",
    "controllers/loop-parts.test.ts",
    "controllers/caches.test.ts",
    "controllers/polls.test.ts",
  ],
  [
    [
      "failures are remembered where the last one stays",
      "controllers/loop",
      `if (verdict.error === undefined || verdict.final === true) queue.forget(key);`,
      `if (verdict.error === undefined) queue.forget(key);
  else if (verdict.final === true) {}`,
    ],
    [
      "of a batch the last refusal counts",
      "controllers/loop",
      `const refused = a.refused ?? b.refused;`,
      `const refused = b.refused ?? a.refused;`,
    ],
    [
      "only the last part of a batch misses pods",
      "controllers/loop",
      `missing: [...(a.missing ?? []), ...(b.missing ?? [])]`,
      `missing: [...(b.missing ?? [])]`,
    ],
    [
      "Events take no requests",
      "controllers/loop",
      `world.sendEvents?.(sync.controller, about, 1);`,
      ``,
    ],
    [
      "a failed sync sleeps until something happens",
      "controllers/loop",
      `verdict.sameUntilEvent === true && verdict.error === undefined && world.park`,
      `verdict.sameUntilEvent === true && world.park`,
    ],
    [
      "a poll goes on that nobody asked for again",
      "controllers/controller-manager",
      `if (poll === undefined || this.#parked.get(key) !== poll) return;`,
      `if (key !== "") return;`,
    ],
    [
      "a key out of turn is the one before",
      "controllers/workqueue",
      `if (ahead-- > 0) continue;`,
      `if (--ahead > 0) continue;`,
    ],
    [
      "a controller works on six keys at a time",
      "controllers/control-plane",
      `export const WORKERS = 5;`,
      `export const WORKERS = 6;`,
    ],
    [
      "both controllers have five workers together",
      "controllers/controller-manager",
      `.filter((sync) => sync.controller === controller)`,
      ``,
    ],
    [
      "both controllers have one client",
      "controllers/controller-manager",
      `this.#clients[this.#controllers.indexOf(controller)]!;`,
      `this.#clients[0]!;`,
    ],
    [
      "pods are heard of before what was written before them",
      "controllers/caches",
      `while ((this.#nextVersion("pods") ?? Infinity) < next) this.#deliverPod();`,
      `while (this.#nextVersion("pods") !== undefined) this.#deliverPod();`,
    ],
    [
      "ReplicaSets are heard of before Deployments that were written before them",
      "controllers/caches",
      `(deployment < replicaSet ? deployments : replicasets)`,
      `(replicaSet !== Infinity ? replicasets : deployments)`,
    ],
  ],
);

const nodes = noticedBy(
  ["faults/node-down.test.ts", "faults/node-drain.test.ts"],
  [
    [
      "another node that goes down gives pods more time",
      "faults/node-faults",
      `else if (outage.taintedAt === undefined) {`,
      `else {`,
    ],
    [
      "pods that were not ready are when their node is back",
      "faults/node-faults",
      `if (!pods.isReady(row)) continue;
      outage.lost`,
      `outage.lost`,
    ],
    [
      "a node that is down tells that it is cordoned",
      "faults/node-faults",
      `if (this.#outage(node) === undefined) this.#objects.tellSchedulable(node);`,
      `this.#objects.tellSchedulable(node);`,
    ],
    [
      "a drain asks again for what cannot be evicted",
      "faults/node-faults",
      `if (evict(row) === "too many") refused.push(row);`,
      `if (evict(row) !== "evicted") refused.push(row);`,
    ],
    [
      "a drain that begins anew asks when it would have, too",
      "faults/node-faults",
      `if (drain?.dueAt === this.#world.now())`,
      `if (drain !== undefined)`,
    ],
    [
      "pods of a node that is gone all go when the first does",
      "faults/node-faults",
      `const due = this.#tolerance(row) <= tolerated;`,
      `const due = tolerated >= 0;`,
    ],
    [
      "of pods of a node that is gone only the first ones go",
      "faults/node-faults",
      `for (const time of times) {`,
      `for (const time of [...times].slice(0, 1)) {`,
    ],
    [
      "a node that was cordoned in a save stays so",
      "faults/node-faults",
      `cordoned: [...this.#cordoned],`,
      `cordoned: [],`,
    ],
  ],
);

const budgets = noticedBy(
  ["scheduler/preemption.test.ts"],
  [
    [
      "a pod counts in the first of its budgets that spares none",
      "scheduler/preemption",
      `for (const budget of counting) budget.left--;
    return counting.some(({ left }) => left < 0);`,
      `return counting.some((budget) => --budget.left < 0);`,
    ],
    [
      "room is made on nodes that are cordoned",
      "scheduler/preemption",
      `if (scheduler.isCordoned(node)) continue;`,
      ``,
    ],
    [
      "budgets of other namespaces protect from preemption",
      "scheduler/preemption",
      `if (budget.namespace !== namespace || selector === undefined) return false;`,
      `if (selector === undefined) return false;`,
    ],
    [
      "a budget that selects everything protects from preemption",
      "scheduler/preemption",
      `if (isEmptySelector(selector) || !matchesSelector(selector, labels)) return false;`,
      `if (!matchesSelector(selector, labels)) return false;`,
    ],
    [
      "budgets do not matter where a node is chosen",
      "scheduler/preemption",
      `return [violations, highest, sum,`,
      `return [0, highest, sum,`,
    ],
    [
      "the most important victim does not matter where a node is chosen",
      "scheduler/preemption",
      `return [violations, highest, sum,`,
      `return [violations, 0, sum,`,
    ],
    [
      "room is not kept from pods of the same priority",
      "scheduler/placement",
      `priorityOf(store, other) >= priority)`,
      `priorityOf(store, other) > priority)`,
    ],
    [
      "a pod waits for the room that others make, though some is free",
      "scheduler/placement",
      `return this.#world.scheduler.hasNode(elsewhere) ? elsewhere : refuses;`,
      `return elsewhere;`,
    ],
  ],
);

export const loopMutants: readonly Mutant[] = [...loop, ...nodes, ...budgets];
