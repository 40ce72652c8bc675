/** Plain JSON values: equality and freezing. A missing field and one that is `undefined` are the same. */

export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => deepEqual(item, b[i]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) {
    if (left[key] !== right[key] && !deepEqual(left[key], right[key])) return false;
  }
  for (const key in right) {
    if (right[key] !== undefined && left[key] === undefined) return false;
  }
  return true;
}

/** Freezes a value and all that it holds. What is frozen already is taken to be so all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const key in value) {
    if (typeof value[key] === "object") deepFreeze(value[key]);
  }
  return Object.freeze(value);
}

/** Whether nothing in it can change any more. */
export function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen);
}

/** A copy without the fields that are `undefined`, so that it reads like what the API would store. */
export function compact<T extends object>(value: T): T {
  const copy: Partial<T> = {};
  for (const key in value) {
    if (value[key] !== undefined) copy[key] = value[key];
  }
  return copy as T;
}

/** A counter as the API has it: absent where it is zero. */
export function omitZero(count: number): number | undefined {
  return count === 0 ? undefined : count;
}
