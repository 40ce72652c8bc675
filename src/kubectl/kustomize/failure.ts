/** How a build ends that cannot be done. */

/** In kustomize's own words. */
export class BuildError extends Error {
  override readonly name: string = "BuildError";
}

/** Said as it is, wherever it is met. */
class OutrightError extends BuildError {
  override readonly name = "OutrightError";
}

export function refuse(text: string): never {
  throw new BuildError(text);
}

export function refuseOutright(text: string): never {
  throw new OutrightError(text);
}

/** What kustomize can and rollsim cannot. */
export function leaveOut(text: string): never {
  return refuseOutright(`${text}: left out of rollsim`);
}

/** Puts what was being done before what went wrong in it. */
export function within<T>(doing: string | ((why: string) => string), run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof BuildError) || error instanceof OutrightError) throw error;
    const why = error.message;
    throw new BuildError(typeof doing === "string" ? `${doing}: ${why}` : doing(why));
  }
}

/** What went wrong, where that is no end yet. */
export function attempt(run: () => void): BuildError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof BuildError) || error instanceof OutrightError) throw error;
    return error;
  }
}
