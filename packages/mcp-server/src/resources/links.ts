import type { ResourceLink } from "@modelcontextprotocol/server";
import type { Answer } from "@pve/tools";
import type { Action } from "../action.js";
import { addressOf } from "./resource-uri.js";

/** Where the rest of an answer can be read that shows only a part: the whole log, every reading. */
export function linksFor({ tool, target }: Action, answer: Answer): readonly ResourceLink[] {
  const { upid, lines, total, node, vmid, timeframe, series, points } = answer;
  if (tool.entry.recipe === "task-log" && Array.isArray(lines) && Number(total) > lines.length) {
    return [link(addressOf(target.name, "task", String(upid)), "whole log", "text/plain")];
  }
  if (tool.entry.recipe === "statistics" && series === undefined && Number(points) > 0) {
    const uri =
      vmid === undefined
        ? addressOf(target.name, "nodeseries", String(node), String(timeframe))
        : addressOf(target.name, "guestseries", Number(vmid), String(timeframe));
    return [link(uri, "all readings", "application/json")];
  }
  return [];
}

function link(uri: string, name: string, mimeType: string): ResourceLink {
  return { type: "resource_link", uri, name, mimeType };
}
