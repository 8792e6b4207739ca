import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const here = import.meta.dirname;
const folder = path.join(here, "../.work/completion");
const file = path.join(folder, "editor.ts");
const ROUNDS = 3;

/** What is typed, and one of the words that must be offered. */
const PLACES: readonly (readonly [typed: string, word: string])[] = [
  ["pve.", "nodes"],
  ['pve.nodes("pve1").qemu(100).', "config"],
  ['pve.nodes("pve1").qemu(100).config.put({ ', "memory"],
  ['pve.call("', "GET /nodes/{node}/qemu"],
];

/** An editor's side of a language service. */
interface Service {
  readonly name: string;
  /** Starts it and opens a file. */
  readonly open: (text: string) => Promise<void>;
  /** Asks what may stand at the end of the file's last line. */
  readonly complete: (text: string) => Promise<readonly string[]>;
  readonly close: () => void;
}

/**
 * How long an editor waits for the words after `pve.`: the first time from starting the language service on, and again
 * once it is warm. A new service for every place and round.
 */
export async function benchCompletion(print: (line: string) => void): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../tsconfig.base.json",
      compilerOptions: { noEmit: true, types: ["node"], customConditions: [], skipLibCheck: true },
      files: ["editor.ts"],
    }),
  );
  print("completion in an editor, median of 3                          start to words   once open   warm   words");
  for (const start of [startTypeScript7, startTypeScript5]) {
    for (const [typed, word] of PLACES) {
      const samples: Sample[] = [];
      for (let round = 0; round < ROUNDS; round += 1) samples.push(await measure(start, typed, word));
      const middle = (part: "all" | "open" | "warm") =>
        `${(samples.map((sample) => sample[part]).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0).toFixed(0)} ms`;
      const cells = [middle("all").padStart(15), middle("open").padStart(11), middle("warm").padStart(6)].join(" ");
      print(`  ${`${samples[0]?.name} ${typed}`.padEnd(58)} ${cells} ${String(samples[0]?.words).padStart(7)}`);
    }
  }
  rmSync(folder, { recursive: true });
}

/** Milliseconds of one round. */
interface Sample {
  readonly name: string;
  readonly words: number;
  /** From starting the service to the words. */
  readonly all: number;
  /** From when it has read the file. */
  readonly open: number;
  /** A second time. */
  readonly warm: number;
}

async function measure(start: () => Service, typed: string, word: string): Promise<Sample> {
  const text = `import type { PveClient } from "@pve/client";\ndeclare const pve: PveClient;\n${typed}`;
  writeFileSync(file, text);
  const begin = performance.now();
  const service = start();
  try {
    await service.open(text);
    const opened = performance.now();
    const words = await service.complete(text);
    const first = performance.now();
    await service.complete(text);
    const second = performance.now();
    if (!words.includes(word)) throw new Error(`${service.name} offers ${words.length} words, ${word} not among them`);
    return { name: service.name, words: words.length, all: first - begin, open: first - opened, warm: second - first };
  } finally {
    service.close();
  }
}

function startTypeScript5(): Service {
  const server = path.join(here, "../node_modules/typescript-5/lib/tsserver.js");
  const wire = speak(spawn(process.execPath, [server, "--disableAutomaticTypingAcquisition"]));
  const request = (command: string, args: object) =>
    wire.ask({ type: "request", command, arguments: args }, "seq", "request_seq", false);
  return {
    name: "TypeScript 5.9",
    // The answer to a first question about the file says that its project is loaded.
    open: async (text) => {
      void request("open", { file, fileContent: text });
      await request("projectInfo", { file, needFileNameList: false });
    },
    complete: async (text) => {
      const { line, character } = endOf(text);
      const answer = await request("completionInfo", { file, line: line + 1, offset: character + 1 });
      return (answer["body"] as { entries: { name: string }[] }).entries.map(({ name }) => name);
    },
    close: wire.close,
  };
}

function startTypeScript7(): Service {
  const compiler = path.join(here, "../../node_modules/typescript/bin/tsc");
  const wire = speak(spawn(process.execPath, [compiler, "--lsp", "--stdio"]));
  const uri = pathToFileURL(file).href;
  const request = (method: string, params: object) => wire.ask({ jsonrpc: "2.0", method, params }, "id", "id", true);
  return {
    name: "TypeScript 7",
    open: async (text) => {
      const capabilities = { textDocument: { completion: { completionItem: {} } } };
      await request("initialize", { processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities });
      wire.tell({ jsonrpc: "2.0", method: "initialized", params: {} });
      wire.tell({
        jsonrpc: "2.0",
        method: "textDocument/didOpen",
        params: { textDocument: { uri, languageId: "typescript", version: 1, text } },
      });
    },
    complete: async (text) => {
      const answer = await request("textDocument/completion", { textDocument: { uri }, position: endOf(text) });
      const { result } = answer as { result: { items: { label: string }[] } | { label: string }[] };
      return (Array.isArray(result) ? result : result.items).map(({ label }) => label.replace(/\?$/, ""));
    },
    close: wire.close,
  };
}

function endOf(text: string): { readonly line: number; readonly character: number } {
  const lines = text.split("\n");
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

type Message = Readonly<Record<string, unknown>>;

/** Messages with a length before them, which both protocols have in one direction at least. */
function speak(child: ChildProcessWithoutNullStreams) {
  const waiting = new Map<unknown, { readonly key: string; readonly resolve: (message: Message) => void }>();
  let heard = Buffer.alloc(0);
  let last = 0;
  const write = (text: string, framed: boolean) =>
    child.stdin.write(framed ? `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}` : `${text}\n`);
  const hear = (message: Message) => {
    // What the service wants to know of the editor; nothing is said, and it takes its defaults.
    if ("method" in message && "id" in message)
      write(JSON.stringify({ jsonrpc: "2.0", id: message["id"], result: null }), true);
    for (const [number, { key, resolve }] of waiting) {
      if (message[key] !== number || "method" in message) continue;
      waiting.delete(number);
      resolve(message);
    }
  };
  child.stdout.on("data", (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    for (;;) {
      const head = heard.indexOf("\r\n\r\n");
      const length = Number(
        /Content-Length: (\d+)/i.exec(heard.subarray(0, Math.max(head, 0)).toString())?.[1] ?? Number.NaN,
      );
      if (head < 0 || !(heard.length >= head + 4 + length)) return;
      hear(JSON.parse(heard.subarray(head + 4, head + 4 + length).toString()) as Message);
      heard = heard.subarray(head + 4 + length);
    }
  });
  child.stderr.resume();
  return {
    tell: (message: Message) => void write(JSON.stringify(message), true),
    ask: (message: Message, key: string, answerKey: string, framed: boolean) => {
      last += 1;
      const number = last;
      return new Promise<Message>((resolve) => {
        waiting.set(number, { key: answerKey, resolve });
        write(JSON.stringify({ ...message, [key]: number }), framed);
      });
    },
    close: () => void child.kill(),
  };
}
