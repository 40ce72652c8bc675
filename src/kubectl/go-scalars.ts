/** Scalars as go-yaml's scanner passes over them. Mirrors go.yaml.in/yaml/v2/scannerc.go (v2.4.4). */
import type { Cursor, Mark } from "./go-cursor.ts";

/** From `|` or `>`; `indent`: how deep the block around it is. */
export function passBlock(cursor: Cursor, indent: number): void {
  const start = cursor.mark;
  cursor.step();
  let increment = 0;
  for (const part of [/^[+-]$/, /^\d$/, /^[+-]$/]) {
    if (!part.test(cursor.at())) continue;
    if (cursor.at() === "0") cursor.fail(start, "found an indentation indicator equal to 0");
    if (/\d/.test(cursor.at())) increment = Number(cursor.at());
    cursor.step();
  }
  while (cursor.isBlank()) cursor.step();
  if (cursor.at() === "#") cursor.stepToBreak();
  if (cursor.at() !== "" && !cursor.isBreak()) {
    cursor.fail(start, "did not find expected comment or line break");
  }
  if (cursor.isBreak()) cursor.stepLine();
  const given = increment === 0 ? 0 : Math.max(indent, 0) + increment;
  const depth = passEmptyLines(cursor, given, indent, start);
  while (cursor.column === depth && cursor.at() !== "") {
    cursor.stepToBreak();
    if (cursor.isBreak()) cursor.stepLine();
    passEmptyLines(cursor, depth, indent, start);
  }
}

/** Answers how deep the block is: the first line with text says it, where `given` is 0. */
function passEmptyLines(cursor: Cursor, given: number, indent: number, start: Mark): number {
  const within = (): boolean => given === 0 || cursor.column < given;
  let deepest = 0;
  for (;;) {
    while (within() && cursor.at() === " ") cursor.step();
    deepest = Math.max(deepest, cursor.column);
    if (within() && cursor.at() === "\t") {
      cursor.fail(start, "found a tab character where an indentation space is expected");
    }
    if (!cursor.isBreak()) return given === 0 ? Math.max(deepest, indent + 1, 1) : given;
    cursor.stepLine();
  }
}

export function passQuoted(cursor: Cursor, quote: string): void {
  const start = cursor.mark;
  cursor.step();
  for (;;) {
    if (cursor.isDocumentMark("-") || cursor.isDocumentMark(".")) {
      cursor.fail(start, "found unexpected document indicator");
    }
    if (cursor.at() === "") cursor.fail(start, "found unexpected end of stream");
    if (cursor.at() === quote) {
      cursor.step();
      if (quote === '"' || cursor.at() !== quote) return;
      cursor.step();
    } else if (cursor.at() === "\\" && quote === '"') passEscape(cursor, start);
    else if (cursor.isBreak()) cursor.stepLine();
    else cursor.step();
  }
}

function passEscape(cursor: Cursor, start: Mark): void {
  if (cursor.isBreak(1)) {
    cursor.step();
    return cursor.stepLine();
  }
  const letter = cursor.at(1);
  const digits = { x: 2, u: 4, U: 8 }[letter] ?? 0;
  if (digits === 0 && !/^[0abt\tnvfre "'\\N_LP]$/.test(letter)) {
    cursor.fail(start, "found unknown escape character");
  }
  cursor.step();
  cursor.step();
  for (let i = 0; i < digits; i += 1) {
    if (!/^[\da-fA-F]$/.test(cursor.at(i))) {
      cursor.fail(start, "did not find expected hexdecimal number");
    }
  }
  for (let i = 0; i < digits; i += 1) cursor.step();
}

/** A bare word or several, over lines that are deep enough; answers whether it ended at the end of a line. */
export function passPlain(cursor: Cursor, indent: number, place: "in flow" | "in block"): boolean {
  const start = cursor.mark;
  const flow = place === "in flow";
  let newLine = false;
  for (;;) {
    if (cursor.isDocumentMark("-") || cursor.isDocumentMark(".") || cursor.at() === "#") break;
    while (!cursor.isBlankOrEnd()) {
      if (cursor.at() === ":" && cursor.isBlankOrEnd(1)) break;
      if (flow && /^[,?[\]{}]$/.test(cursor.at())) break;
      newLine = false;
      cursor.step();
    }
    if (!(cursor.isBlank() || cursor.isBreak())) break;
    while (cursor.isBlank() || cursor.isBreak()) {
      if (cursor.isBreak()) {
        newLine = true;
        cursor.stepLine();
        continue;
      }
      if (newLine && cursor.column < indent + 1 && cursor.at() === "\t") {
        cursor.fail(start, "found a tab character that violates indentation");
      }
      cursor.step();
    }
    if (!flow && cursor.column < indent + 1) break;
  }
  return newLine;
}
