/** A place in a text, counted as go-yaml counts. Mirrors go.yaml.in/yaml/v2 (v2.4.4). */

export interface Mark {
  /** In characters, from 0. */
  readonly index: number;
  /** From 0. */
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a document, as go-yaml says it. */
export class YamlProblem extends Error {}

const BREAK = /^[\n\r\u0085\u2028\u2029]$/u;

export class Cursor {
  readonly #text: readonly string[];
  #index = 0;
  #line = 0;
  #column = 0;

  constructor(text: string) {
    this.#text = [...text];
  }

  get mark(): Mark {
    return { index: this.#index, line: this.#line, column: this.#column };
  }

  get column(): number {
    return this.#column;
  }

  /** A character, "" behind the last. */
  at(offset = 0): string {
    return this.#text[this.#index + offset] ?? "";
  }

  isBlank(offset = 0): boolean {
    return this.at(offset) === " " || this.at(offset) === "\t";
  }

  isBreak(offset = 0): boolean {
    return BREAK.test(this.at(offset));
  }

  isBlankOrEnd(offset = 0): boolean {
    return this.at(offset) === "" || this.isBlank(offset) || this.isBreak(offset);
  }

  /** `---` or `...` alone at the beginning of a line. */
  isDocumentMark(c: "-" | "."): boolean {
    const three = [0, 1, 2].every((offset) => this.at(offset) === c);
    return this.#column === 0 && three && this.isBlankOrEnd(3);
  }

  step(): void {
    this.#index += 1;
    this.#column += 1;
  }

  stepLine(): void {
    this.#index += this.at() === "\r" && this.at(1) === "\n" ? 2 : 1;
    this.#column = 0;
    this.#line += 1;
  }

  stepToBreak(): void {
    while (this.at() !== "" && !this.isBreak()) this.step();
  }

  /** The last line ends, whether there is a line break or not. */
  endLine(): void {
    if (this.#column === 0) return;
    this.#column = 0;
    this.#line += 1;
  }

  /** The scanner's errors: lines count from 1, but not the first; `context` is where it began to scan. */
  fail(context: Mark, why: string): never {
    if (this.#line !== 0) throw new YamlProblem(`line ${this.#line + 1}: ${why}`);
    throw new YamlProblem(context.line === 0 ? why : `line ${context.line}: ${why}`);
  }
}
