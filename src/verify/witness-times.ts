/** When each step of an abstract way happens that is not a controller's: one second apart, or as minReadySeconds wants. */
import {
  isSystemAction,
  kindOfAction,
  rankOfAction,
  toAvailable,
  toReady,
  toSyncSet,
} from "./explore-layout.ts";

/** Whether a step needs an instant of its own: the user's, a fault, a kubelet's. */
export function isOutside(action: number): boolean {
  const kind = kindOfAction(action);
  return !isSystemAction(action) || kind === toReady || kind === toAvailable;
}

/**
 * Seconds, by place in `actions`; where none is needed, those of the step before. A pod is available
 * `minReadySeconds` after it was ready, the first one first. Undefined: no times are like that.
 */
export function timesOf(
  actions: readonly number[],
  begin: number,
  minReadySeconds: number,
): readonly number[] | undefined {
  const outside = actions.flatMap((action, place) => (isOutside(action) ? [place] : []));
  const pairs = readyAndAvailable(actions);
  const latest = begin + (actions.length + 1) * Math.max(1, minReadySeconds);
  const at = actions.map(() => begin);
  for (let changed = true; changed;) {
    changed = false;
    const raise = (place: number, least: number): void => {
      if (at[place]! >= least) return;
      at[place] = least;
      changed = true;
    };
    outside.forEach((place, i) => {
      if (i > 0) raise(place, at[outside[i - 1]!]! + 1);
    });
    for (const [ready, available] of pairs) {
      raise(available, at[ready]! + minReadySeconds);
      raise(ready, at[available]! - minReadySeconds);
    }
    if (at.some((second) => second > latest)) return undefined;
  }
  actions.forEach((action, place) => {
    if (!isOutside(action) && place > 0) at[place] = at[place - 1]!;
  });
  return at;
}

/** Places of a pod's turning ready and turning available. Of those that are only ready, the last one dies first. */
function readyAndAvailable(actions: readonly number[]): (readonly [number, number])[] {
  const waiting = new Map<number, number[]>();
  return actions.flatMap((action, place): (readonly [number, number])[] => {
    const rank = rankOfAction(action);
    const ready = waiting.get(rank) ?? [];
    waiting.set(rank, ready);
    switch (kindOfAction(action)) {
      case toReady:
        ready.push(place);
        return [];
      case toSyncSet:
        ready.splice(Math.max(0, ready.length - (action & 15)));
        return [];
      case toAvailable: {
        const first = ready.shift();
        return first === undefined ? [] : [[first, place]];
      }
      default:
        return [];
    }
  });
}
