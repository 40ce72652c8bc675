/** Rules of patches, owners of fields, deletions and updates that overtake others, broken; tests notice them. */
import { noticedBy, type Mutant } from "./mutant.ts";

const owners = noticedBy(
  ["apiserver/field-owners.test.ts"],
  [
    [
      "who gives up a field takes it from others",
      "apiserver/field-managers/apply",
      "const kept = [configured, ...others.map(({ fields }) => fields)].reduce(union);",
      "const kept = others.length < 0 ? union(configured, configured) : configured;",
    ],
    [
      "an update and an apply of one name are one manager",
      "apiserver/field-managers/managers",
      `    a.operation === b.operation &&
`,
      "",
    ],
    [
      "a manager owns only what it wrote last",
      "apiserver/field-managers/managers",
      "const fields = union(minus(own?.fields ?? new Set(), lost), gained);",
      "const fields = union(gained, gained);",
    ],
  ],
);

const patches = noticedBy(
  ["apiserver/patch.test.ts"],
  [
    [
      "an element cannot replace its list",
      "apiserver/patch-strategic",
      `} else if (directive === "replace") replaces = true;`,
      `} else if (directive === "replace") replaces = false;`,
    ],
    [
      "what a JSON patch moves stays behind",
      "apiserver/patch-json",
      `        remove(place);
        return member ?? null;`,
      `        return member ?? null;`,
    ],
  ],
);

const owned = noticedBy(
  ["apiserver/garbage-collection.test.ts"],
  [
    [
      "an owner that is gone takes along what others own, too",
      "apiserver/garbage-collection",
      "if (solid.length > 0) {",
      "if (solid.length > 9) {",
    ],
    [
      "a deletion in the foreground waits for whatever it owns",
      "apiserver/garbage-collection",
      "ref.uid === uid && ref.blockOwnerDeletion === true",
      "ref.uid === uid",
    ],
    [
      "an object of another UID is meant, too",
      "apiserver/deletion",
      "wantedUid !== uid",
      "wantedUid === resourceVersion",
    ],
  ],
);

const deletions = noticedBy(
  ["apiserver/updates.test.ts"],
  [
    [
      "orphans are deleted",
      "apiserver/garbage-collection",
      `const isOrphaned = policy === "Orphan" || orphan === true;`,
      `const isOrphaned = orphan === true;`,
    ],
    [
      "a deletion can be taken back",
      "apiserver/strategy-parts",
      "deletionTimestamp: deletionTimestamp ?? next.metadata.deletionTimestamp,",
      "deletionTimestamp: next.metadata.deletionTimestamp,",
    ],
  ],
);

const bounds = noticedBy(
  ["apiserver/limit-ranges.test.ts"],
  [
    [
      "init containers may ask for anything",
      "apiserver/limit-ranges",
      "const containers = [...spec.containers, ...(spec.initContainers ?? [])];",
      "const { containers } = spec;",
    ],
    [
      "only the first LimitRange has to be kept",
      "apiserver/limit-ranges",
      "if (problems.length > 0) return forbidden(PODS, name, listed(problems));",
      "return problems.length > 0 ? forbidden(PODS, name, listed(problems)) : undefined;",
    ],
  ],
);

const overtaken = noticedBy(
  ["controllers/rollout/older-sets.test.ts", "controllers/rollout/canary-scaling.test.ts"],
  [
    [
      "older ReplicaSets of a canary give up pods below the floor",
      "controllers/rollout/canary",
      "let spare = there - floor;",
      "let spare = there - floor + 1;",
    ],
    [
      "pods that are not available stay with older ReplicaSets",
      "controllers/rollout/canary",
      "let scaled = yield* cleanupUnhealthy(c);",
      "let scaled = false;",
    ],
    [
      "pods that a router sends users to are taken away",
      "controllers/rollout/canary",
      "if (routesTraffic(c.rollout) && isReferenced(c, rs)) {",
      "if (!routesTraffic(c.rollout) && isReferenced(c, rs)) {",
    ],
    [
      "beyond the ceiling available pods fall below the floor",
      "controllers/rollout/replica-counts",
      "count += Math.min(lost, Math.max(0, floor - total));",
      "count += Math.min(0, lost, Math.max(0, floor - total));",
    ],
    [
      "a weight is reached while older pods are there",
      "controllers/rollout/replica-counts",
      "return routed || others.every((rs) => available(rs) === 0);",
      "return routed || others.every((rs) => available(rs) >= 0);",
    ],
  ],
);

export const patchMutants: readonly Mutant[] = [
  ...owners,
  ...patches,
  ...deletions,
  ...owned,
  ...bounds,
  ...overtaken,
];
