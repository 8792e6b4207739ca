import type { OperationTable, PackedOperation } from "../operations/operation-table.js";
import type { ResolvedTool } from "../resolved.js";
import { askedAs } from "./asked-as.js";
import type { IndexEntry, SearchIndex } from "./search-index.js";
import { toolAskedAs } from "./tool-asked-as.js";
import { VERBS, type Verb, wordsOf } from "./words.js";

/** How much a word says by where it stands: a name says more than prose. */
const WEIGHT = { name: 4, command: 4, summary: 3, asked: 2, path: 1.5, text: 1.2, prose: 0.8, detail: 0.5, field: 0.4 };

type Text = readonly [text: string, weight: number];

/** Builds the index over all tools and operations. */
export function buildIndex(tools: readonly ResolvedTool[], table: OperationTable): SearchIndex {
  const operations = Object.entries(table.operations);
  const places = new Map(operations.map(([route], at) => [route, tools.length + at]));
  const narrow = narrowTools(tools);
  const texts = [
    ...tools.map((tool) => textsOfTool(tool, table, narrow.has(tool))),
    ...operations.map(([route, operation]) => textsOfOperation(route, operation, table)),
  ];
  return {
    entries: [
      ...tools.map((tool) => toolEntry(tool, narrow.has(tool) ? undefined : places.get(tool.entry.operation))),
      ...operations.map(([route, operation]) => operationEntry(route, operation)),
    ],
    words: weigh(texts.map(wordWeights)),
    commands: commandPlaces(operations, places),
  };
}

/**
 * Tools that share their operation with others and are each about a part of it: what is said of it need not hold for
 * them. The one that takes its options, or else the one that is named like it, is about the whole.
 */
function narrowTools(tools: readonly ResolvedTool[]): ReadonlySet<ResolvedTool> {
  const users = new Map<string, ResolvedTool[]>();
  for (const tool of tools) users.set(tool.entry.operation, [...(users.get(tool.entry.operation) ?? []), tool]);
  const narrow = [...users].flatMap(([route, sharing]) => {
    if (sharing.length === 1) return [];
    const wide = sharing.filter(({ options }) => options !== undefined);
    const last = wordsOf(pathWords(route).at(-1) ?? "");
    const whole =
      wide.length > 0 ? wide : sharing.filter(({ name }) => last.some((word) => wordsOf(name).includes(word)));
    return sharing.filter((tool) => !whole.includes(tool));
  });
  return new Set(narrow);
}

function toolEntry({ name, entry }: ResolvedTool, about: number | undefined): IndexEntry {
  return { name, subject: subjectOf(name), verb: verbOf(entry.operation, name), ...(about !== undefined && { about }) };
}

function operationEntry(route: string, { summary }: PackedOperation): IndexEntry {
  const words = pathWords(route);
  // Everything is below a node or the cluster, so those say something only where nothing follows.
  const subject = subjectOf(
    (words.length > 1 ? words.filter((word) => word !== "nodes" && word !== "cluster") : words).join(" "),
  );
  const directory = /^Lists (?:the (?:areas|names|kinds|forms|operations)|what can be) /.test(summary);
  return { name: route, subject, verb: verbOf(route, summary), ...(directory && { directory }) };
}

const METHODS: Readonly<Record<string, Verb>> = { GET: "get", PUT: "update", DELETE: "delete" };

/** A POST does what its name or its documentation begins with; what begins with no verb of ours makes something. */
function verbOf(route: string, text: string): Verb {
  return METHODS[route.split(" ", 1)[0] ?? ""] ?? VERBS.get(wordsOf(text)[0] ?? "") ?? "create";
}

function subjectOf(text: string): readonly string[] {
  return [...new Set(wordsOf(text))].filter((word) => !VERBS.has(word));
}

function pathWords(route: string): readonly string[] {
  return route.split(/[ /]/).filter((part, at) => at > 0 && part !== "" && !part.startsWith("{"));
}

function textsOfTool(tool: ResolvedTool, table: OperationTable, narrow: boolean): readonly Text[] {
  const { operation } = tool.entry;
  const wide = tool.options === undefined ? undefined : table.operations[operation];
  return [
    [tool.name, WEIGHT.name],
    [tool.title, WEIGHT.summary],
    [tool.description, WEIGHT.text],
    ...sharedTexts(operation, table.operations[operation]).map(
      ([text, weight]): Text => [text, narrow ? weight * OF_A_PART : weight],
    ),
    [toolAskedAs[tool.name] ?? "", WEIGHT.asked],
    [Object.keys(tool.inputSchema.properties).join(" "), WEIGHT.prose],
    [
      Object.values(tool.options ?? {})
        .flat()
        .join(" "),
      WEIGHT.prose,
    ],
    [
      Object.values(tool.inputSchema.properties)
        .map(({ description }) => clauseOf(description))
        .join(" "),
      WEIGHT.detail,
    ],
    [wide === undefined ? "" : detailsOf(wide, table), WEIGHT.detail],
  ];
}

function textsOfOperation(route: string, operation: PackedOperation, table: OperationTable): readonly Text[] {
  const words = pathWords(route);
  const choices = Object.values(operation.parameters).flatMap((at) => table.parameters[at]?.schema.enum ?? []);
  return [
    [words.at(-1) ?? "", WEIGHT.name],
    [words.slice(0, -1).join(" "), WEIGHT.path],
    [operation.summary, WEIGHT.summary],
    [operation.description ?? "", WEIGHT.prose],
    ...sharedTexts(route, operation),
    [Object.keys(operation.parameters).join(" "), WEIGHT.prose],
    [choices.join(" "), WEIGHT.prose],
    [detailsOf(operation, table), WEIGHT.detail],
    [(operation.returns?.fields ?? []).join(" "), WEIGHT.field],
  ];
}

/** What is said of an operation apart from the specification; it holds for the tools about it as well. */
function sharedTexts(route: string, operation: PackedOperation | undefined): readonly Text[] {
  const asked: Readonly<Partial<Record<string, string>>> = askedAs;
  return [
    [(operation?.commands ?? []).join(" "), WEIGHT.command],
    [asked[route] ?? "", WEIGHT.asked],
  ];
}

/** What is said of a whole operation says less of a tool about a part of it. */
const OF_A_PART = 0.4;

/** Said of nearly every operation, so it tells none from another. */
const EVERYWHERE = new Set(["node", "vmid", "digest", "delete"]);

function detailsOf({ parameters }: PackedOperation, table: OperationTable): string {
  const own = Object.entries(parameters).filter(([name]) => !EVERYWHERE.has(name));
  return own.map(([, at]) => clauseOf(table.parameters[at]?.schema.description)).join(" ");
}

function clauseOf(text = ""): string {
  return text.split(/[.;:]/, 1)[0] ?? "";
}

/** Each word at its best place, and a little more for standing in others. */
function wordWeights(texts: readonly Text[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const [text, weight] of texts) {
    for (const word of new Set(wordsOf(text))) {
      const known = weights.get(word) ?? 0;
      weights.set(word, Math.max(known, weight) + 0.2 * Math.min(known, weight));
    }
  }
  return weights;
}

/** Weights by word, as BM25 has them: what is rare says more, and long texts say less with each word. */
function weigh(documents: readonly ReadonlyMap<string, number>[]): SearchIndex["words"] {
  const counts = new Map<string, number>();
  for (const document of documents) for (const word of document.keys()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const average = documents.reduce((sum, document) => sum + document.size, 0) / documents.length;
  const words = new Map<string, number[]>();
  for (const [at, document] of documents.entries()) {
    const length = 0.75 + (0.25 * document.size) / average;
    for (const [word, weight] of document) {
      const rarity = Math.log(1 + documents.length / (counts.get(word) ?? 1));
      const list = words.get(word) ?? [];
      list.push(at, Math.round((100 * rarity * weight) / (weight + length)));
      words.set(word, list);
    }
  }
  return Object.fromEntries([...words].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function commandPlaces(
  operations: readonly (readonly [route: string, operation: PackedOperation])[],
  places: ReadonlyMap<string, number>,
): SearchIndex["commands"] {
  const found: Record<string, number[]> = {};
  for (const [route, { commands = [] }] of operations) {
    for (const line of commands) found[line] = [...(found[line] ?? []), places.get(route) ?? -1];
  }
  return found;
}
