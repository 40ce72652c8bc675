/** Who goes next: schedules of the controllers and their caches. */
import fc from "fast-check";

export interface DrawnSchedule {
  readonly schedule: "fresh" | "random";
  /** Decides a random schedule, and all other luck in the run. */
  readonly seed: string;
}

/** Half of them random. Shrinks to fresh. */
export function schedules(): fc.Arbitrary<DrawnSchedule> {
  return fc.record({
    schedule: fc.constantFrom("fresh" as const, "random" as const),
    seed: fc.nat(1_000_000).map(String),
  });
}
