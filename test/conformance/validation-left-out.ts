/** Recorded cases that rollsim does not mean to reproduce, by class, each with its reason. */
import type { ValidationCase } from "./validation-play.ts";

export interface LeftOut {
  readonly title: string;
  readonly reason: string;
  readonly covers: (recorded: ValidationCase) => boolean;
}

export const leftOut: readonly LeftOut[] = [
  {
    title: "server-side apply",
    reason: "nobody's fields are tracked, so `kubectl apply --server-side` is refused",
    covers: ({ args }) => args.includes("--server-side"),
  },
  {
    title: "messages that print metadata.managedFields",
    reason: "nobody's fields are tracked, so objects have no managedFields to print",
    covers: ({ stderr }) => stderr.includes(String.raw`\"managedFields\":[`),
  },
];
