/** Strategies of Deployments that the API accepts. */
import fc from "fast-check";
import type { DeploymentStrategy } from "../../../src/api/apps.ts";
import type { IntOrString } from "../../../src/api/meta.ts";

export interface StrategyOptions {
  /** Numbers of pods go up to this; default 4. Percentages go up to 100%. */
  readonly most?: number;
}

/** RollingUpdate with any maxSurge and maxUnavailable but both 0. Shrinks to one pod of each. */
export function rollingUpdates({
  most = 4,
}: StrategyOptions = {}): fc.Arbitrary<DeploymentStrategy> {
  const percent = fc.constantFrom(0, 1, 10, 25, 33, 50, 100).map((share) => `${share}%`);
  const size: fc.Arbitrary<IntOrString> = fc.oneof(fc.nat(most), percent);
  return fc
    .record({ maxSurge: size, maxUnavailable: size })
    .filter(({ maxSurge, maxUnavailable }) => !isZero(maxSurge) || !isZero(maxUnavailable))
    .map((rollingUpdate) => ({ type: "RollingUpdate", rollingUpdate }));
}

/** Mostly RollingUpdate, now and then Recreate. */
export function strategies(options: StrategyOptions = {}): fc.Arbitrary<DeploymentStrategy> {
  return fc.oneof(
    { weight: 5, arbitrary: rollingUpdates(options) },
    { weight: 1, arbitrary: fc.constant<DeploymentStrategy>({ type: "Recreate" }) },
  );
}

function isZero(size: IntOrString): boolean {
  return size === 0 || size === "0%";
}
