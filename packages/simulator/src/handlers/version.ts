import type { Handlers } from "../handler.js";

/** What the API says about itself. */
export const versionHandlers: Handlers = {
  "GET /version": ({ world }) => {
    const console = world.options["console"];
    return { release: "9.2", version: "9.2.11", repoid: "14a22df3c0ffee00", ...(console ? { console } : {}) };
  },
};
