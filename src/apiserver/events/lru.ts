/** A map that forgets what was used longest ago. Iteration goes from the oldest to the newest. */
export class Lru<V> {
  readonly #limit: number;
  readonly #items: Map<string, V>;

  constructor(limit: number, saved: readonly (readonly [string, V])[] = []) {
    this.#limit = limit;
    this.#items = new Map(saved);
  }

  get(key: string): V | undefined {
    const value = this.#items.get(key);
    if (value === undefined) return undefined;
    this.#items.delete(key);
    this.#items.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#items.delete(key);
    this.#items.set(key, value);
    if (this.#items.size <= this.#limit) return;
    const [oldest] = this.#items.keys();
    this.#items.delete(oldest!);
  }

  save(): readonly (readonly [string, V])[] {
    return [...this.#items];
  }
}
