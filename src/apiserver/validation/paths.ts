/** Rules for file paths inside pods (pkg/apis/core/validation, v1.37.2). */
import { invalid, type Causes } from "./errors.ts";

export function noBacksteps(path: string, field: string): Causes {
  const bad = path.split("/").includes("..");
  return bad ? [invalid(field, path, "must not contain '..'")] : [];
}

export function descendingPath(path: string, field: string): Causes {
  const absolute = path.startsWith("/") ? [invalid(field, path, "must be a relative path")] : [];
  return [...absolute, ...noBacksteps(path, field)];
}

/** A relative path that does not begin with two dots. */
export function localPath(path: string, field: string): Causes {
  const reserved = path.startsWith("..") && !path.startsWith("../");
  const rule = "must not start with '..'";
  return [...descendingPath(path, field), ...(reserved ? [invalid(field, path, rule)] : [])];
}
