import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { searchIndex } from "../src/generated/search.gen.js";
import { catalogue, findOperation, findTool, operationRoutes, searchTools } from "../src/index.js";
import { rank } from "../src/search/rank.js";
import { halvesOf, percentOf, type Question, recallOf } from "../src/search/recall.js";
import { toolAskedAs } from "../src/search/tool-asked-as.js";

const questions: readonly Question[] = JSON.parse(
  readFileSync(new URL("./search-questions.json", import.meta.url), "utf8"),
);
const { tuned, heldOut } = halvesOf(questions);

describe("the search, asked by somebody who never saw the index", () => {
  it("answers 97 % of the questions within the first five", () => {
    expect(questions.length).toBeGreaterThanOrEqual(150);
    expect(percentOf(recallOf(searchIndex, questions))).toBeGreaterThanOrEqual(97);
  });

  it("does nearly as well on the half that it was never tuned on", () => {
    const [own, foreign] = [tuned, heldOut].map((half) => percentOf(recallOf(searchIndex, half)));
    expect((own ?? 0) - (foreign ?? 0)).toBeLessThanOrEqual(6);
  });

  it("has every tool and every operation in reach of the words it is named with", async () => {
    const directories = new Set(searchIndex.entries.filter((one) => one.directory === true).map(({ name }) => name));
    const routes = await operationRoutes();
    const operations = await Promise.all(routes.map(findOperation));
    const lost = [...catalogue, ...operations].filter((tool) => {
      if (tool === undefined) return true;
      // What only lists what is below it is worth less than anything below it.
      const within = directories.has(tool.name) ? 25 : 10;
      const about = new Set(
        rank(searchIndex, tool.title, within).map((name) => findTool(name)?.entry.operation ?? name),
      );
      return !about.has(tool.entry.operation);
    });
    expect(lost.map((tool) => tool?.name)).toEqual([]);
  });

  it("puts a tool before the operation that it is about", () => {
    for (const { name, about } of searchIndex.entries) {
      const operation = about === undefined ? undefined : searchIndex.entries[about]?.name;
      if (operation === undefined) continue;
      const found = rank(searchIndex, `${name.replaceAll("_", " ")} ${findTool(name)?.title ?? ""}`, 20);
      expect(found).toContain(name);
      expect(found).not.toContain(operation);
    }
  });

  it("knows a tool among those that share its operation by what it is asked with", () => {
    expect(Object.keys(toolAskedAs).filter((name) => findTool(name) === undefined)).toEqual([]);
    const asked: readonly (readonly [query: string, ...tools: string[]])[] = [
      ["which VMs are running hot", "get_vms", "get_cluster_resources"],
      ["why did last night's backup fail", "get_alerts", "get_task_log"],
      ["open port 443 from 10.0.0.0/8 only", "create_firewall_rule"],
      ["which guests have no backup", "get_backup_coverage"],
      ["why is the storage full", "get_storage_quota", "get_storage_content"],
      ["console rights for the helpdesk on a pool", "set_acl"],
      ["health check of the cluster", "get_alerts"],
    ];
    for (const [query, ...tools] of asked) {
      expect(rank(searchIndex, query, 5), query).toEqual(expect.arrayContaining(tools));
    }
  });

  it("finds nothing for nothing", async () => {
    expect(await searchTools("", 20)).toEqual([]);
    expect(await searchTools("of the and 42", 20)).toEqual([]);
  });
});
