/** The fenceposts that an exploration's settings come to, as the controller resolves them. */
import { refuseUnknown } from "../cluster/check-options.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import { changesOf, type ExploreConfig, type Size } from "./explore-config.ts";
import { deploymentFor } from "./explore-objects.ts";

const most = 14;

/** The first size, and the one after scaling; throws a RangeError if the numbers do not fit. */
export function sizesOf(config: ExploreConfig): readonly Size[] {
  checkWords(config);
  const counts = [config.replicas, ...(config.scaleTo === undefined ? [] : [config.scaleTo])];
  const sizes = counts.map((replicas): Size => {
    const d = deploymentFor(config, replicas, 0, "rolling");
    return { replicas, surge: maxSurge(d), unavailable: maxUnavailable(d) };
  });
  for (const { replicas, surge } of sizes) {
    if (!(replicas >= 0 && replicas + surge <= most)) {
      throw new RangeError(
        `replicas ${replicas} + surge ${surge}: use at most ${most} together: fewer replicas`,
      );
    }
  }
  if (config.scaleTo === config.replicas) {
    throw new RangeError(
      `scaleTo: got ${config.replicas}, as many as there are; use another count`,
    );
  }
  if (changesOf(config) > 7) throw new RangeError("changes: use at most 7");
  if ((config.faults ?? 0) > 3) throw new RangeError("faults: use at most 3");
  return sizes;
}

/** Everything that an exploration may be told; lists are all the values that there are. */
const KNOWN: { readonly [name in keyof ExploreConfig]-?: true | readonly unknown[] } = {
  replicas: true,
  surge: true,
  unavailable: true,
  revisions: [2, 3],
  changes: true,
  direction: ["forward", "forward or back"],
  minReady: ["zero", "positive"],
  scaleTo: true,
  pause: ["never", "once"],
  newPods: ["turn ready", "never ready"],
  faults: true,
  actions: true,
  cache: ["fresh", "lagging"],
};

function checkWords(config: ExploreConfig): void {
  refuseUnknown("", config, KNOWN, "setting");
  for (const [name, value] of Object.entries(config) as [keyof ExploreConfig, unknown][]) {
    const words = KNOWN[name];
    if (words === true || value === undefined || words.includes(value)) continue;
    throw new RangeError(`${name}: got ${JSON.stringify(value)}; use ${words.join(" or ")}`);
  }
  const areZero = [config.surge, config.unavailable].every((bound) => /^0+%?$/.test(String(bound)));
  if (areZero) throw new RangeError("maxSurge and maxUnavailable may not both be 0");
}
