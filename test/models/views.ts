// What properties, people and the link to the code see of a packed state of the counter model.
import type { RolloutView } from "../../src/verify/properties.ts";
import {
  nibble,
  existsBit,
  specAt,
  unreadyAt,
  readyAt,
  availableAt,
  statusAt,
  sizedAt,
  currentAt,
  faultsAt,
  scaledAt,
} from "../../src/verify/explore-layout.ts";
import { copyBits, copyListed, copyFresh, copyOf } from "./copies.ts";
import { sizeOf } from "./law.ts";
import type { Law, Size } from "./law.ts";
import type { RolloutConfig } from "./config.ts";

/** What a sync of the Deployment reads, oldest set first. */
export interface Reads {
  readonly current: number;
  readonly size: Size;
  readonly sets: readonly {
    readonly exists: boolean;
    readonly listed: boolean;
    readonly spec: number;
    readonly status: number;
    readonly fresh: boolean;
    /** For which size it was last resized, in its annotations. */
    readonly sizedFor: Size;
  }[];
}

export interface RolloutViews {
  /** The rollout as properties see it; one object, overwritten by the next call. */
  view(states: Int32Array, at: number): RolloutView;
  /** Like `view`, in a second object, so that two states can be compared. */
  viewAfter(states: Int32Array, at: number): RolloutView;
  /** What the Deployment controller would read here, in a fresh object. */
  reads(states: Int32Array, at: number): Reads;
  /** Whether a sync of the Deployment here takes the scaling path. */
  isScalingEvent(states: Int32Array, at: number): boolean;
  /** Every set has the size, pods and status that a finished rollout has. */
  isComplete(states: Int32Array, at: number): boolean;
  /** One line, for people. */
  show(states: Int32Array, at: number): string;
}

type At<T> = (states: Int32Array, at: number) => T;

/** The views of one configuration; `law` has the replica counts. */
export function viewsOf(config: RolloutConfig, law: Law): RolloutViews {
  // Properties are judged against the true fenceposts, whatever a mutant makes of them.
  const sizes = law.sizes.map(({ replicas }) => sizeOf(replicas, config.surge, config.unavailable));
  const view = viewer(config, sizes);
  return {
    view,
    viewAfter: viewer(config, sizes),
    reads: reader(config, sizes),
    isComplete: (states, at) => isComplete(view(states, at)),
    isScalingEvent: (states, at) => {
      const scaled = (states[at]! >> scaledAt) & 1;
      return view(states, at).sets.some(
        ({ spec }, i) => spec > 0 && ((states[at + i]! >> sizedAt) & 1) !== scaled,
      );
    },
    show: (states, at) => show(view(states, at)),
  };
}

function viewer({ sets, faults = 0 }: RolloutConfig, sizes: readonly Size[]): At<RolloutView> {
  const seen = Array.from({ length: sets }, () => ({
    spec: 0,
    active: 0,
    available: 0,
    status: 0,
  }));
  const view = { ...sizes[0]!, sets: seen, current: 0, lost: 0 };
  return (states, at) => {
    const first = states[at]!;
    const { replicas, surge, unavailable } = sizes[(first >> scaledAt) & 1]!;
    const current = (first >> currentAt) & 3;
    view.replicas = replicas;
    view.surge = surge;
    view.unavailable = unavailable;
    view.current = (states[at + current]! & existsBit) === 0 ? -1 : current;
    view.lost = faults - ((first >> faultsAt) & 3);
    for (let i = 0; i < sets; i++) {
      const word = states[at + i]!;
      const set = seen[i]!;
      set.spec = (word >> specAt) & nibble;
      set.available = (word >> availableAt) & nibble;
      set.active = set.available + ((word >> unreadyAt) & nibble) + ((word >> readyAt) & nibble);
      set.status = (word >> statusAt) & nibble;
    }
    return view;
  };
}

function reader({ sets, cache }: RolloutConfig, sizes: readonly Size[]): At<Reads> {
  return (states, at) => {
    const first = states[at]!;
    const copies = cache === "lagging" ? states[at + sets]! : undefined;
    return {
      current: (first >> currentAt) & 3,
      size: sizes[(first >> scaledAt) & 1]!,
      sets: Array.from({ length: sets }, (_, i) => {
        const word = states[at + i]!;
        const copy = copies === undefined ? copyOf(word) : copies >> (i * copyBits);
        return {
          exists: (word & existsBit) !== 0,
          listed: (copy & copyListed) !== 0,
          spec: (copy >> 1) & nibble,
          status: (copy >> 5) & nibble,
          fresh: (copy & copyFresh) !== 0,
          sizedFor: sizes[(word >> sizedAt) & 1]!,
        };
      }),
    };
  };
}

function isComplete({ current, replicas, sets }: RolloutView): boolean {
  return sets.every(({ spec, active, available, status }, i) => {
    const size = i === current ? replicas : 0;
    return spec === size && active === size && available === size && status === size;
  });
}

function show({ current, sets }: RolloutView): string {
  return sets
    .map(({ spec, active, available, status }, i) => {
      const mark = i === current ? "*" : "";
      return `${mark}spec ${spec} pods ${active} available ${available} status ${status}`;
    })
    .join(" | ");
}
