/** Globs of names: images, metrics, URLs. Names are no paths: `*` also spans slashes, and all systems agree. */
import picomatch from "picomatch";

export function globMatcher(glob: string): (name: string) => boolean {
  const matches = picomatch(glob, { bash: true, nonegate: true, dot: true, windows: false });
  // It takes more than a name: not to be handed to `some`, which passes the index, too.
  return (name) => matches(name);
}
