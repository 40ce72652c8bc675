/** A broken assertion is our bug: it ends the run, and whoever catches it adds seed, time and event. */
export class AssertionFailed extends Error {
  override readonly name = "AssertionFailed";
}

export function assert(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === undefined || condition === null) {
    throw new AssertionFailed(message);
  }
}

/** For the default branch of a switch: a new case fails to compile. */
export function unreachable(value: never): never {
  throw new AssertionFailed(`unreachable: ${JSON.stringify(value)}`);
}
