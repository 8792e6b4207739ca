import { describe, expect, it } from "vitest";
import { connect, type Session } from "./session.js";

/** The bytes of the last message the server wrote: text and structured content together. */
const lastSize = (session: Session) => Buffer.byteLength(session.written.at(-1) ?? "");

describe("a cluster of ten thousand guests", () => {
  it("is answered in less than 6 kB, with totals and a way to the rest", async () => {
    await using session = await connect({ seed: "large" });

    const all = await session.callTool("get_cluster_resources");
    const size = lastSize(session);
    const guests = await session.callTool("get_cluster_resources", { type: "vm" });

    expect(size).toBeLessThan(6000);
    expect(lastSize(session)).toBeLessThan(6000);
    expect(all.data).toMatchObject({ totals: { node: { online: 20 }, qemu: { running: 6000 } }, returned: 20 });
    expect(guests.data).toMatchObject({ total: 10_000, returned: 20 });
    expect(all.text).toContain("The next start at offset 20");
  });

  it("is paged through without a gap or a repetition", async () => {
    await using session = await connect({ seed: "large" });
    const pageAt = async (offset: number) => {
      const args = { type: "vm", sort: "id", fields: ["id"], limit: 1000, offset };
      const { data } = await session.callTool("get_cluster_resources", args);
      return (data["items"] as readonly { readonly id: string }[]).map(({ id }) => id);
    };

    const pages = await Promise.all(Array.from({ length: 10 }, (_, page) => pageAt(page * 1000)));

    expect(new Set(pages.flat()).size).toBe(10_000);
    expect(await pageAt(10_000)).toEqual([]);
  });
});
