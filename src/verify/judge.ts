// What may be asked of a checked model.

export type StateTest = (states: Int32Array, at: number) => boolean;
export type StepTest = (
  before: Int32Array,
  beforeAt: number,
  after: Int32Array,
  afterAt: number,
  action: number,
) => boolean;

export interface StateProperty {
  readonly kind: "always" | "sometimes";
  readonly name: string;
  readonly test: StateTest;
}

export interface StepProperty {
  readonly kind: "every step";
  readonly name: string;
  readonly test: StepTest;
}

export type Property = StateProperty | StepProperty;

export function isAboutStates(property: Property): property is StateProperty {
  return property.kind !== "every step";
}

/** Holds if `test` is true in every reachable state. */
export function always(name: string, test: StateTest): Property {
  return { kind: "always", name, test };
}

/** Holds if `test` is true in at least one reachable state; guards an `always` against vacuity. */
export function sometimes(name: string, test: StateTest): Property {
  return { kind: "sometimes", name, test };
}

/** Holds if `test` is true of every step from a reachable state. */
export function everyStep(name: string, test: StepTest): Property {
  return { kind: "every step", name, test };
}
