import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { layOut, short } from "../src/chart/chart.js";
import { svgOf } from "../src/chart/chart-svg.js";
import { connect, type Session } from "./session.js";

async function drawn(session: Session, name: string, args: Record<string, unknown>) {
  const { content = [] } = await session.mcp.callTool({ name, arguments: args });
  const image = content.find((part) => part.type === "image");
  if (image?.type !== "image") throw new Error("expected an image");
  return { bytes: Buffer.from(image.data, "base64"), mimeType: image.mimeType, content };
}

/** Width, height and the number of pixels in the colour of the line. */
function readPng(bytes: Buffer) {
  const width = bytes.readUInt32BE(16);
  const at = bytes.indexOf("IDAT");
  const pixels = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
  return {
    width,
    height: bytes.readUInt32BE(20),
    size: pixels.length,
    line: pixels.filter((byte) => byte === 3).length,
  };
}

describe("a chart", () => {
  it("is a PNG with a panel for each series, and takes the place of the numbers", async () => {
    await using session = await connect();
    const { bytes, mimeType, content } = await drawn(session, "get_vm_stats", {
      vmid: 100,
      chart: "png",
      series: "cpu,mem,netin",
    });
    expect(mimeType).toBe("image/png");
    expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    const { width, height, size, line } = readPng(bytes);
    expect([width, height]).toEqual([720, 412]);
    expect(size).toBe(412 * 721);
    expect(line).toBeGreaterThan(3 * 600);
    expect(JSON.stringify(content.filter((part) => part.type === "text"))).not.toContain("series");
  });

  it("shows the processor when no series is named", async () => {
    await using session = await connect();
    const { bytes, mimeType } = await drawn(session, "get_node_stats", { node_name: "pve1", chart: "svg" });
    expect(mimeType).toBe("image/svg+xml");
    const svg = bytes.toString("utf8");
    expect(svg).toMatch(/^<svg [^>]+>[\s\S]*<polyline [\s\S]*<\/svg>$/);
    expect(svg).toContain("node pve1, hour");
    expect(svg).toContain("cpu (share of maxcpu, 0 to 1)");
  });

  it("breaks where readings are missing, and starts its scale at nought", () => {
    const { lines, labels } = layOut({
      title: "t",
      from: "a",
      to: "b",
      series: [{ name: "cpu", unit: "share", values: [0.2, 0.4, undefined, 0.4] }],
    });
    expect(lines.map((line) => line.length)).toEqual([2, 1]);
    expect(labels.map(({ text }) => text)).toEqual(["t", "cpu (share), last 0.4", "0.4", "0", "a", "b"]);
    // 0.2 is half of 0.4, so it lies half way up.
    const [first, second] = lines[0] ?? [];
    expect(first?.[1]).toBe(93);
    expect(second?.[1]).toBe(46);
  });

  it("writes names as text, not as markup", () => {
    const picture = layOut({ title: "<script>", from: "", to: "", series: [] });
    expect(svgOf(picture)).toContain("&lt;script&gt;");
  });

  it.each([
    [0, "0"],
    [0.0321, "0.0321"],
    [1536, "1.54k"],
    [6_442_450_944, "6.44G"],
    [-2_000_000, "-2M"],
  ])("writes %d as %s", (value, want) => {
    expect(short(value)).toBe(want);
  });

  it("in no known form is refused", async () => {
    await using session = await connect();
    expect(await session.callTool("get_vm_stats", { vmid: 100, chart: "gif" })).toMatchObject({
      isError: true,
      text: expect.stringContaining('chart: expected one of "png", "svg"'),
    });
  });
});

describe("a link to the rest", () => {
  it("leads from figures to every reading, and can be read", async () => {
    await using session = await connect();
    const { content = [] } = await session.mcp.callTool({ name: "get_vm_stats", arguments: { vmid: 100 } });
    const link = content.find((part) => part.type === "resource_link");
    expect(link).toMatchObject({ uri: "pve://pve/guestseries/100/hour" });
    const { contents } = await session.mcp.readResource({ uri: "pve://pve/guestseries/100/hour" });
    expect(JSON.stringify(contents)).toContain("series");
  });

  it("leads from a part of a log to the whole, and is not there when nothing was left out", async () => {
    await using session = await connect({ allowed: "change" });
    const { data } = await session.callTool("create_vm_backup", { vmid: 100, storage: "local" });
    const upid = String(data["upid"]);
    const kinds = async (args: Record<string, unknown>) => {
      const { content = [] } = await session.mcp.callTool({ name: "get_task_log", arguments: args });
      return content.map((part) => (part.type === "resource_link" ? part.uri : part.type));
    };
    expect(await kinds({ task_id: upid, limit: 1 })).toEqual(["text", `pve://pve/task/${encodeURIComponent(upid)}`]);
    expect(await kinds({ task_id: upid })).toEqual(["text"]);
  });
});
