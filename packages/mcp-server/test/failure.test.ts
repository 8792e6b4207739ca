import { PveConnectionError } from "@pve/client";
import { ToolConnectionError, ToolRefusedError, ToolTaskError } from "@pve/tools";
import { describe, expect, it } from "vitest";
import { failureText } from "../src/failure.js";

const ESC = String.fromCodePoint(27);

function connectionFailure(kind: "refused" | "dns" | "tls" | "tls-pin" | "timeout"): ToolConnectionError {
  const cause = new PveConnectionError("no answer", { kind, sent: "no" });
  return new ToolConnectionError("no answer", "no", "Try again.", { cause });
}

function textOf(error: unknown): string {
  return failureText("get_nodes", error, () => {});
}

describe("failureText", () => {
  it("names the tool, the failure, the task's last words and the remedy", () => {
    const task = { upid: "UPID:pve1:1", exitstatus: "no space", log: ["copying", `no ${ESC}[31mspace`] };
    expect(textOf(new ToolTaskError(task, "Make room."))).toMatch(
      /^get_nodes: the task failed: no space\nTask: UPID:pve1:1\nLast lines of its log:\n\[data (\w+)\]\ncopying\nno space\n\[end \1\]\nWhat to do: Make room\.$/,
    );
  });

  const settings: [kind: Parameters<typeof connectionFailure>[0], want: RegExp][] = [
    ["refused", /PVE_URL/],
    ["dns", /PVE_URL/],
    ["tls", /PVE_FINGERPRINT.*PVE_CA/],
    ["tls-pin", /new PVE_FINGERPRINT/],
    ["timeout", /Try again\./],
  ];

  it.each(settings)("names the setting behind a connection that failed by %s", (kind, want) => {
    expect(textOf(connectionFailure(kind))).toMatch(want);
  });

  it("says that a refused token is the operator's to correct", () => {
    const refusal = {
      operation: "GET /nodes",
      status: 401,
      reason: "authentication failure",
      fields: {},
      kind: "authentication",
    };
    expect(textOf(new ToolRefusedError(refusal))).toMatch(/PVE_TOKEN/);
  });

  it("keeps a defect of the server from the model and gives it to the operator", () => {
    const told: string[] = [];
    const text = failureText("get_nodes", new TypeError("x is undefined"), (message) => told.push(message));
    expect(text).not.toContain("x is undefined");
    expect(told.join()).toContain("x is undefined");
  });
});
