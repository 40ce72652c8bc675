// How the counter model packs a state into Int32 words, and how it numbers its actions.

// A set is one word, seven fields; the cached copies of all sets share one more word. What is
// global rides above the fields of set 0.
export const four = 15;
export const existsBit = 1;
export const specAt = 1;
export const unreadyAt = 5;
export const readyAt = 9;
export const availableAt = 13;
export const statusAt = 17;
export const annotatedAt = 21;
export const currentAt = 22;
export const changesAt = 24;
export const faultsAt = 27;
export const scaledAt = 29;
export const copyBits = 10; // listed, spec, status, fresh
export const copyListed = 1;
export const copyFresh = 1 << 9;

/** The newest copy of a set that a cache can hold. */
export function copyOf(word: number): number {
  const spec = (word >> specAt) & four;
  const status = (word >> statusAt) & four;
  return (word & existsBit) | (spec << 1) | (status << 5) | copyFresh;
}

/** Kinds of action; an action code is kind * 64 + set * 16 + detail. */
const kinds = [
  "user changes the template to set",
  "user scales",
  "Deployment controller syncs",
  "ReplicaSet controller syncs set",
  "pod turns ready in set",
  "pod turns available in set",
  "pod fails in set",
  "copy is delivered of set",
] as const;
type Kind = (typeof kinds)[number];

function code(kind: Kind, set = 0, detail = 0): number {
  return kinds.indexOf(kind) * 64 + set * 16 + detail;
}

export const toChange = code("user changes the template to set");
export const toScale = code("user scales");
export const toSyncDeployment = code("Deployment controller syncs");
export const toSyncSet = code("ReplicaSet controller syncs set");
export const toReady = code("pod turns ready in set");
export const toAvailable = code("pod turns available in set");
export const toFail = code("pod fails in set");
export const toDeliver = code("copy is delivered of set");

/** What an action code means, in words. */
export function describeAction(action: number): string {
  if (action < 0) return "start: complete";
  const kind = kinds[action >> 6]!;
  const set = (action >> 4) & 3;
  const detail = action & 15;
  const chosen = detail > 0 ? ` (deletes ${detail} ready but not available)` : "";
  return kind.endsWith("set") ? `${kind} ${set + 1}${chosen}` : kind;
}

/** Whether an action is the system's own: no user, no fault. */
export function isSystemAction(action: number): boolean {
  return action >= toSyncDeployment && (action < toFail || action >= toDeliver);
}

export function isDeploymentSync(action: number): boolean {
  return action === toSyncDeployment;
}
