import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { NoAnswerError } from "./command.js";

let muted = false;
let lines: Interface | undefined;
let typed: AsyncIterator<string> | undefined;

/** One reader for all questions: lines that come in one piece, from a pipe, must not be lost between two of them. */
function open(): AsyncIterator<string> {
  lines ??= createInterface({
    input: process.stdin,
    output: new Writable({
      write(chunk, _encoding, done) {
        if (!muted) process.stderr.write(chunk);
        done();
      },
    }),
    terminal: process.stdin.isTTY === true,
  });
  typed ??= lines[Symbol.asyncIterator]();
  return typed;
}

/** Asks on stderr and reads a line from stdin. A secret is not echoed. Rejects with `NoAnswerError` when stdin ends before there is an answer. */
export async function ask(question: string, { secret }: { readonly secret?: true } = {}): Promise<string> {
  process.stderr.write(question);
  const answers = open();
  muted = secret === true;
  lines?.resume();
  const answer = await answers.next();
  if (muted) process.stderr.write("\n");
  muted = false;
  if (answer.done === true) throw new NoAnswerError();
  // Nobody waits for the next line, so the process may end.
  lines?.pause();
  return answer.value;
}
