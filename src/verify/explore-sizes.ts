/** The fenceposts that an exploration's settings come to, as the controller resolves them. */
import {
  isWhole,
  oneOf,
  refuse,
  refuseUnknown,
  shape,
  whole,
  type Check,
  type Fields,
} from "../api/check-shape.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import type { ExploreConfig, Size } from "./explore-config.ts";
import { deploymentFor } from "./explore-objects.ts";

const most = 14;

/** The first size, and the one after scaling; throws a RangeError if the numbers do not fit. */
export function sizesOf(config: ExploreConfig): readonly Size[] {
  checkSettings(config);
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
  return sizes;
}

const bound: Check = (path, value) => {
  if (isWhole(value, 0) || (typeof value === "string" && /^\d+%$/u.test(value))) return;
  refuse(path, value, 'a number of pods, or a percentage such as "25%"');
};

const settings: Fields<ExploreConfig> = {
  replicas: whole(0),
  surge: bound,
  unavailable: bound,
  revisions: (path, value) => {
    if (value !== 2 && value !== 3) refuse(path, value, "2 or 3");
  },
  changes: whole(0, "an integer from 0 to 7", 7),
  direction: oneOf(["forward", "forward or back"]),
  minReady: oneOf(["zero", "positive"]),
  scaleTo: whole(0),
  pause: oneOf(["never", "once"]),
  newPods: oneOf(["turn ready", "never ready"]),
  faults: whole(0, "an integer from 0 to 3", 3),
  actions: whole(0),
  cache: oneOf(["fresh", "lagging"]),
};
const needed = ["replicas", "surge", "unavailable", "revisions"];

function checkSettings(config: ExploreConfig): void {
  refuseUnknown("", config, settings, "setting");
  shape(settings, "setting", needed)("", config);
  const areZero = [config.surge, config.unavailable].every((value) => /^0+%?$/.test(String(value)));
  if (areZero) throw new RangeError("maxSurge and maxUnavailable may not both be 0");
}
