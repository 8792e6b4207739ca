import { type ResolvedTool, searchTools } from "@pve/tools";
import { failed, ownAnswer } from "../answer.js";
import { refusalOf } from "../exposure/exposure.js";
import { outOfReachOf } from "../policy/out-of-reach.js";
import type { MetaTool } from "./meta-tool.js";

const USUAL = 8;
const LONGEST = 150;

/** `search_tools`: names what fits, with its risk, and marks what this caller may not run. */
export const search: MetaTool["run"] = async ({ targets, permissions, now = Date.now }, caller, args) => {
  const query = String(args["query"]);
  const found = await searchTools(query, Number(args["limit"] ?? USUAL));
  if (found.length === 0)
    return failed(`Nothing fits ${JSON.stringify(query)}: try other words, such as those of the web interface.`);
  const marks = permissions === "mark" || permissions === "hide";
  const outOfReach = marks ? await outOfReachOf(targets, caller, now()) : () => undefined;
  const items = found.map((tool) => {
    const refused = refusalOf(tool, targets, caller) ?? outOfReach(tool);
    return { ...rowOf(tool), ...(refused !== undefined && { refused }) };
  });
  return ownAnswer({ items, notes: ["describe shows what one takes; call runs it."] });
};

function rowOf({ name, risk, description, since }: ResolvedTool) {
  return { name, risk, does: firstSentence(description), ...(since !== undefined && { since }) };
}

function firstSentence(text: string): string {
  const sentence = /^.*?[.:](?= |$)/.exec(text)?.[0] ?? text;
  return sentence.length <= LONGEST ? sentence.replace(/[.:]$/, "") : `${sentence.slice(0, LONGEST)}…`;
}
