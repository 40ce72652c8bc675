/** A session at a terminal: prompt, history, completion. Ctrl-C gives a line up, Ctrl-D ends. And lines alone, for a quiz. */
import { createInterface } from "node:readline";
import type { Session } from "./session.ts";

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Talks until `quit` or the end of the input. Fails with what a line threw: that is our mistake. */
export function talk(session: Session, { input, output }: Terminal): Promise<void> {
  const lines = createInterface({
    input,
    output,
    terminal: true,
    historySize: 1000,
    removeHistoryDuplicates: true,
    completer: (line: string) => completion(session, line),
  });
  const ask = (): void => {
    lines.setPrompt(session.prompt);
    lines.prompt();
  };
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (): void => {
      over = true;
      lines.close();
    };
    lines.on("line", (line) => {
      if (over) return; // pasted behind `quit`
      try {
        const { text, ended } = session.execute(line);
        output.write(text);
        if (ended === true) end();
        else ask();
      } catch (error) {
        reject(error);
        end();
      }
    });
    lines.on("SIGINT", () => {
      session.giveUp();
      lines.write(null, { ctrl: true, name: "e" });
      output.write("^C\n");
      lines.setPrompt(session.prompt);
      lines.write(null, { ctrl: true, name: "u" });
    });
    lines.on("close", () => {
      if (!over) output.write("\n");
      resolve();
    });
    ask();
  });
}

/** As readline wants it; a word that is complete is followed by a space. */
function completion(session: Session, line: string): [string[], string] {
  const { candidates, word } = session.completions(line);
  const [only, ...others] = candidates;
  return [only !== undefined && others.length === 0 ? [`${only} `] : [...candidates], word];
}

/** Lines that somebody types, one by one. */
export interface Lines {
  /** Undefined: there are no more. */
  next(prompt: string): Promise<string | undefined>;
  close(): void;
}

/** Ctrl-C and Ctrl-D end. Lines that are pasted at once wait until they are asked for. */
export function linesAt({ input, output }: Terminal): Lines {
  const typed = createInterface({ input, output, terminal: true });
  const waiting: string[] = [];
  let over = false;
  let tell: ((line: string | undefined) => void) | undefined;
  typed.on("line", (line) => {
    if (tell === undefined) waiting.push(line);
    else tell(line);
    tell = undefined;
  });
  typed.on("close", () => {
    over = true;
    tell?.(undefined);
  });
  const next = (prompt: string): Promise<string | undefined> => {
    typed.setPrompt(prompt);
    if (over || waiting.length > 0) return Promise.resolve(waiting.shift());
    typed.prompt();
    return new Promise((resolve) => (tell = resolve));
  };
  return { next, close: () => typed.close() };
}
