/** How an exploration packs a state into Int32 words, and how it numbers its actions. */

// One word a ReplicaSet; what is global rides above the fields of the first. With a lagging cache a word
// more for each ReplicaSet: the copy that the Deployment controller reads.
export const nibble = 15;
export const existsBit = 1;
export const specAt = 1;
export const unreadyAt = 5;
export const readyAt = 9;
export const availableAt = 13;
export const statusAt = 17;
export const sizedAt = 21;
export const currentAt = 22;
export const changesAt = 24;
export const faultsAt = 27;
export const scaledAt = 29;
/** 0: never paused, 1: paused, 2: resumed. */
export const pauseAt = 30;

/** Fields of a ReplicaSet that the Deployment controller reads. */
export const readMask = existsBit | (nibble << specAt) | (nibble << statusAt) | (1 << sizedAt);
/** Fields of a ReplicaSet that it writes. */
export const writeMask = existsBit | (nibble << specAt) | (1 << sizedAt);
/** On a copy: it is the newest there is. */
export const freshBit = 1 << 22;

const kinds = [
  "the user changes the template to v",
  "the user scales",
  "the user pauses",
  "the user resumes",
  "the Deployment controller syncs",
  "the ReplicaSet controller syncs v",
  "a pod turns ready in v",
  "a ready pod turns available in v",
  "an available pod fails in v",
  "the Deployment controller's cache hears of v",
] as const;
type Kind = (typeof kinds)[number];

function code(kind: Kind): number {
  return kinds.indexOf(kind) * 64;
}

// An action is one of these, plus 16 times the rank of the ReplicaSet, plus a detail.
export const toChange = code("the user changes the template to v");
export const toScale = code("the user scales");
export const toPause = code("the user pauses");
export const toResume = code("the user resumes");
export const toSyncDeployment = code("the Deployment controller syncs");
export const toSyncSet = code("the ReplicaSet controller syncs v");
export const toReady = code("a pod turns ready in v");
export const toAvailable = code("a ready pod turns available in v");
export const toFail = code("an available pod fails in v");
export const toDeliver = code("the Deployment controller's cache hears of v");

export function describeAction(action: number): string {
  if (action < 0) return "the rollout of v1 is complete";
  const kind = kinds[action >> 6]!;
  if (!kind.endsWith(" v")) return kind;
  const detail = action & 15;
  const chosen = detail > 0 ? ` and deletes ${detail} that are ready but not available` : "";
  return `${kind}${rankOfAction(action) + 1}${chosen}`;
}

/** The ReplicaSet that an action is about, from 0. */
export function rankOfAction(action: number): number {
  return (action >> 4) & 3;
}

/** An action without its ReplicaSet and detail: `toReady`, `toFail` ... */
export function kindOfAction(action: number): number {
  return action & ~63;
}

/** The system's own actions; not the user's, not a fault. */
export function isSystemAction(action: number): boolean {
  return action >= toSyncDeployment && (action < toFail || action >= toDeliver);
}
