/** Which of the failures in docs/failures.md a Deployment shows. */
import { failuresOfPods } from "./failures-of-pods.ts";
import { failuresOfSettings } from "./failures-of-settings.ts";
import type { KnownFailure, Seen } from "./known-failure.ts";

export function knownFailures(seen: Seen): readonly KnownFailure[] {
  return [...failuresOfPods, ...failuresOfSettings].flatMap((detect) => detect(seen) ?? []);
}
