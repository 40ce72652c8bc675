/** The fenceposts that an exploration's settings come to, as the controller resolves them. */
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import { changesOf, type ExploreConfig, type Size } from "./explore-config.ts";
import { deploymentFor } from "./explore-objects.ts";

const most = 14;

/** The first size, and the one after scaling; throws a RangeError if the numbers do not fit. */
export function sizesOf(config: ExploreConfig): readonly Size[] {
  const counts = [config.replicas, ...(config.scaleTo === undefined ? [] : [config.scaleTo])];
  const sizes = counts.map((replicas): Size => {
    const d = deploymentFor(config, replicas, 0, "rolling");
    return { replicas, surge: maxSurge(d), unavailable: maxUnavailable(d) };
  });
  for (const { replicas, surge } of sizes) {
    if (!(replicas >= 0 && replicas + surge <= most)) {
      throw new RangeError(`replicas ${replicas} + surge ${surge}: use at most ${most} together`);
    }
  }
  if (config.scaleTo === config.replicas) throw new RangeError("scaleTo: use another count");
  if (changesOf(config) > 7) throw new RangeError("changes: use at most 7");
  if ((config.faults ?? 0) > 3) throw new RangeError("faults: use at most 3");
  return sizes;
}
