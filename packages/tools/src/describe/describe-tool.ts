import { ToolArgumentError } from "../errors.js";
import type { Answer } from "../invocation.js";
import { nearNames } from "../near-names.js";
import { loadOperations } from "../operations/find-operation.js";
import type { OperationParameter, OperationTable, PackedOperation } from "../operations/operation-table.js";
import type { ResolvedTool } from "../resolved.js";
import { type ArgumentRow, argumentRow } from "./argument-row.js";
import { groupOf, groupOrder } from "./option-groups.js";

/** Characters that a description may have, as JSON; the reader pays for each fourth. */
const BUDGET = 5600;

/** Arguments that are shown together. */
interface Group {
  readonly name: string;
  readonly rows: readonly ArgumentRow[];
}

/**
 * What there is to know before a tool or an operation is called: what it does, how it is rated and why, what PVE asks
 * of the caller, an example, and its arguments, those that must be given first. What does not fit is offered in groups,
 * each to be asked for by its name.
 *
 * @throws ToolArgumentError naming the groups when there is none of that name.
 */
export async function describeTool(tool: ResolvedTool, group?: string): Promise<Answer> {
  const table = await loadOperations();
  const head = headOf(tool, table.operations[tool.entry.operation]);
  const { required, optional, inner } = rowsOf(tool, table);
  const own = [...required, ...optional];
  if (group === undefined && fits(head, [...own, ...inner], [])) {
    return { ...head, arguments: [...own, ...inner].map((row) => ({ ...row })) };
  }
  // What the tool takes by itself is what is asked for; the options behind it are many, and mostly not wanted.
  const behind = groupsOf(inner);
  const isOwnShown = inner.length > 0 && fits(head, own, behind);
  const groups = isOwnShown ? behind : groupsOf([...optional, ...inner]);
  return group === undefined ? overview(head, isOwnShown ? own : required, groups) : page(tool, groups, group);
}

function fits(head: Answer, rows: readonly ArgumentRow[], groups: readonly Group[]): boolean {
  return sizeOf(groups.length === 0 ? { ...head, rows } : overview(head, rows, groups)) <= BUDGET;
}

function headOf(tool: ResolvedTool, operation: PackedOperation | undefined): Answer {
  const { name, description, risk, since, entry } = tool;
  const why = entry.why ?? (entry.verbatim === true ? operation?.why : undefined);
  const needs = Object.entries(tool.privileges).map(([route, needed]) =>
    route === name ? needed : `${route}: ${needed}`,
  );
  return {
    name,
    ...(entry.verbatim !== true && { operation: entry.operation }),
    does: description,
    risk,
    ...(why !== undefined && { why }),
    ...(since !== undefined && { since }),
    ...(needs.length > 0 && { needs: needs.slice(0, 6).join("; ") }),
    ...(operation?.ticketOnly === true && { tokens: "PVE lets no API token do this." }),
    ...(operation?.commands !== undefined && { like: operation.commands.join(", ") }),
    ...(entry.verbatim === true && { answers: answersOf(operation) }),
    ...(Object.keys(entry.example).length > 0 && { example: JSON.stringify(entry.example) }),
  };
}

function answersOf(operation: PackedOperation | undefined): string {
  const { kind, fields = [] } = operation?.returns ?? {};
  const named = fields.length === 0 ? "" : `: ${fields.slice(0, 40).join(", ")}${fields.length > 40 ? ", …" : ""}`;
  if (kind === "task") return "the end of the task that it starts";
  if (kind === "list") return `a list${named}`;
  return kind === "object" ? `an object${named}` : kind === "value" ? "a value" : "nothing";
}

/** The arguments of a tool, and those that a `config`-like one of them may hold. */
function rowsOf(tool: ResolvedTool, table: OperationTable) {
  const { properties, required = [] } = tool.inputSchema;
  const parameters = table.operations[tool.entry.operation]?.parameters ?? {};
  const details = (name: string): OperationParameter => table.parameters[parameters[name] ?? -1] ?? { schema: {} };
  const own = Object.entries(properties).map(([name, schema]) => {
    const target = tool.entry.accepts[name];
    const { parts, since } = typeof target === "string" ? details(target) : {};
    const parameter = { schema, ...(parts !== undefined && { parts }), ...(since !== undefined && { since }) };
    return argumentRow(name, parameter, required.includes(name));
  });
  const meant = new Set(Object.values(tool.entry.accepts).map((to) => (typeof to === "string" ? to : to.for)));
  const inner = Object.entries(tool.options ?? {}).flatMap(([argument, names]) =>
    names.filter((name) => !meant.has(name)).map((name) => argumentRow(`${argument}.${name}`, details(name), false)),
  );
  return {
    required: own.filter(({ name }) => name.endsWith("*")),
    optional: own.filter(({ name }) => !name.endsWith("*")),
    inner,
  };
}

/** Groups by what options are about; one that is too large goes on under a number. */
function groupsOf(rows: readonly ArgumentRow[]): readonly Group[] {
  return groupOrder.flatMap((name) => {
    const parts: ArgumentRow[][] = [];
    for (const row of rows.filter((one) => groupOf(bareName(one.name)) === name)) {
      const last = parts.at(-1);
      if (last !== undefined && sizeOf([...last, row]) <= BUDGET - ROOM_FOR_HEAD) last.push(row);
      else parts.push([row]);
    }
    return parts.map((part, at) => ({ name: at === 0 ? name : `${name}-${at + 1}`, rows: part }));
  });
}

const ROOM_FOR_HEAD = 600;

function bareName(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}

/** Some arguments in full, and of the rest the names. */
function overview(head: Answer, rows: readonly ArgumentRow[], groups: readonly Group[]): Answer {
  return {
    ...head,
    arguments: rows.map((row) => ({ ...row })),
    groups: groups.map(({ name, rows }) => ({ group: name, options: rows.map((row) => row.name).join(" ") })),
    notes: ["Ask with group for what an option takes."],
  };
}

function page(tool: ResolvedTool, groups: readonly Group[], wanted: string): Answer {
  const names = groups.map(({ name }) => name);
  const at = names.indexOf(wanted);
  const group = groups[at];
  if (group === undefined) {
    const [near] = nearNames(wanted, names);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new ToolArgumentError({ group: `no such group${hint}` }, `${tool.name} has: ${names.join(", ") || "none"}`);
  }
  const next = names[at + 1];
  return {
    name: tool.name,
    group: group.name,
    arguments: group.rows.map((row) => ({ ...row })),
    ...(next !== undefined && { notes: [`The next group is ${next}.`] }),
  };
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}
