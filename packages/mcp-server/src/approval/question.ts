import type { Planned } from "../gate.js";
import { textsOf } from "../policy/api-request.js";
import { isSecretParameter } from "../policy/secret-parameters.js";
import { guestsOf, type Subject } from "../policy/subject.js";
import { cleanText } from "../render.js";

/** What a person is asked before something is done. */
export interface Question {
  /** What will be done, in lines. */
  readonly lines: readonly string[];
  /** Any of these, typed by the person, approves. */
  readonly words: readonly string[];
}

/** Words the question about requests. Names in it come from the cluster, so they are cleaned and quoted. */
export async function questionOf(asked: readonly Planned[]): Promise<Question> {
  const questions = await Promise.all(asked.map(({ subject, because }) => questionAbout(subject, because)));
  const [first] = questions;
  if (first === undefined) throw new Error("there is nothing to ask");
  if (questions.length === 1) return first;
  const lines = questions.flatMap(({ lines: own }, at) => [
    `${at + 1} of ${questions.length}: ${own[0] ?? ""}`,
    ...own.slice(1),
  ]);
  return { lines, words: [`${questions.length} requests`] };
}

async function questionAbout(subject: Subject, why: readonly string[]): Promise<Question> {
  const { action, request } = subject;
  const { facts: guests, complete } = await guestsOf(subject);
  const shown = textsOf(request).map(
    ([name, text]) => `${name}: ${isSecretParameter(request.route, name) ? "(a secret)" : short(text)}`,
  );
  const further = action.tool.operations.filter((route) => !route.startsWith("GET ") && route !== request.route);
  const lines = [
    `${action.tool.title} (${action.tool.name}) on ${action.target.name}, asked by ${action.caller.id}`,
    `${request.route}`,
    ...shown.map((line) => `  ${line}`),
    ...guests
      .slice(0, MOST_GUESTS)
      .map(
        ({ vmid, name, node, status, hastate }) =>
          `Guest ${vmid}${name === undefined ? "" : ` ${JSON.stringify(name)}`} on ${node}${status === undefined ? "" : `, ${status}`}${hastate === undefined ? "" : `, under HA (${hastate})`}`,
      ),
    ...(guests.length > MOST_GUESTS
      ? [`… and ${guests.length - MOST_GUESTS} more, ${guests.length} guests in all`]
      : []),
    ...(complete ? [] : ["It may concern guests that are not named here."]),
    ...why,
    ...(further.length > 0 ? [`For the same purpose it may also call: ${further.join(", ")}`] : []),
  ];
  return { lines: lines.map((line) => cleanText(line).replaceAll("\n", " ")), words: wordsFor(subject, guests) };
}

/** A person reads no longer list before approving. */
const MOST_GUESTS = 30;
const LONGEST = 200;

function short(text: string): string {
  return text.length <= LONGEST
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, LONGEST))}… (${text.length} characters)`;
}

/** Parameters that name the object where the path does not, the most telling first. */
const NAMING = [
  "vmid",
  "newid",
  "userid",
  "tokenid",
  "roleid",
  "groupid",
  "poolid",
  "storage",
  "realm",
  "sid",
  "path",
  "id",
  "name",
];

function wordsFor(
  { action, request, affected }: Subject,
  guests: readonly { vmid: number; name?: string }[],
): readonly string[] {
  const inPath = [...request.route.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name).reverse();
  const telling = inPath.find((name) => name !== "node") ?? NAMING.find((name) => request.params[name] !== undefined);
  const name = telling ?? inPath[0];
  if (name === "vmid" || (name === undefined && affected.vmids.length === 1)) {
    const [guest] = guests;
    return [...(guest?.name === undefined ? [] : [guest.name]), String(request.params["vmid"] ?? affected.vmids[0])];
  }
  const value = name === undefined ? undefined : request.params[name];
  return [typeof value === "string" && value.trim() !== "" ? value.trim() : action.target.name];
}

/** Whether what a person typed approves. */
export function isApproved(question: Pick<Question, "words">, typed: unknown): boolean {
  return typeof typed === "string" && question.words.includes(typed.trim());
}
