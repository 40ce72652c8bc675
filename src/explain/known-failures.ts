/** Which of the failures in docs/failures.md a Deployment shows. */
import { failuresOfPods } from "./failures-of-pods.ts";
import { failuresOfRoom } from "./failures-of-room.ts";
import { failuresOfSettings } from "./failures-of-settings.ts";
import type { KnownFailure, Seen } from "./known-failure.ts";

const detectors = [...failuresOfRoom, ...failuresOfPods, ...failuresOfSettings];

export function knownFailures(seen: Seen): readonly KnownFailure[] {
  return detectors.flatMap((detect) => detect(seen) ?? []);
}
