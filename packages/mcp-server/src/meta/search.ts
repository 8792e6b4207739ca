import { type ResolvedTool, searchTools } from "@pve/tools";
import { allows } from "../allowance.js";
import { failed, ownAnswer } from "../answer.js";
import { furthestReach } from "../target.js";
import type { MetaTool } from "./meta-tool.js";

const USUAL = 8;
const LONGEST = 150;

/** `search_tools`: names what fits, with its risk, and marks what this caller may not run. */
export const search: MetaTool["run"] = async ({ targets }, caller, args) => {
  const query = String(args["query"]);
  const found = await searchTools(query, Number(args["limit"] ?? USUAL));
  if (found.length === 0)
    return failed(`Nothing fits ${JSON.stringify(query)}: try other words, such as those of the web interface.`);
  const reach = furthestReach(targets, caller);
  const beyond = found.filter(({ risk }) => !allows(reach, risk));
  const items = found.map((tool) => ({ ...rowOf(tool), ...(beyond.includes(tool) && { refused: true }) }));
  const furthest = beyond.some(({ risk }) => risk === "destroy") ? "destroy" : "change";
  return ownAnswer({
    items,
    notes: [
      "describe shows what one takes; call runs it.",
      ...(beyond.length === 0 ? [] : [`Refused in this session: the operator would have to allow ${furthest}.`]),
    ],
  });
};

function rowOf({ name, risk, description, since }: ResolvedTool) {
  return { name, risk, does: firstSentence(description), ...(since !== undefined && { since }) };
}

function firstSentence(text: string): string {
  const sentence = /^.*?[.:](?= |$)/.exec(text)?.[0] ?? text;
  return sentence.length <= LONGEST ? sentence.replace(/[.:]$/, "") : `${sentence.slice(0, LONGEST)}…`;
}
