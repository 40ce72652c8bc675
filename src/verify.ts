/**
 * rollsim/verify: rollouts under property-based tests. Needs fast-check (an optional peer dependency); works
 * in any test runner.
 */
export {
  deployments,
  faults,
  healthyBehaviors,
  strategies,
  userActions,
  worlds,
  type DeploymentLimits,
  type StrategySettings,
} from "./verify/arbitraries.ts";
export {
  checkRollout,
  type Allowed,
  type CheckOptions,
  type CheckResult,
} from "./verify/check-rollout.ts";
export type { DeploymentManifest } from "./verify/manifests-of-rollout.ts";
export { counterexampleTo, type Counterexample } from "./verify/counterexample.ts";
export type { FailedRun } from "./verify/failed-run.ts";
export type { ExploreConfig } from "./verify/explore-config.ts";
export {
  exploreRollout,
  exploreWhatFits,
  type Explored,
  type ExploredLaw,
  type ExploreOptions,
  type WitnessStep,
} from "./verify/explore-verdicts.ts";
export {
  LawBroken,
  rolloutCommands,
  type RolloutModel,
  type RolloutSystem,
} from "./verify/commands.ts";
export {
  guaranteesOf,
  guaranteesText,
  type Guarantee,
  type Guarantees,
} from "./verify/guarantees.ts";
export type { Claim } from "./verify/claim.ts";
export { allAssumptions, rolloutView, RolloutWatch, type Breach } from "./verify/observe.ts";
export {
  assumptions,
  stateLaws,
  type Assumption,
  type RolloutView,
  type StateLaw,
} from "./verify/properties.ts";
export { perform, type UserAction } from "./verify/user-actions.ts";
