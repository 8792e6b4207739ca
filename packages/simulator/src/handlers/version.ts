import type { Handlers } from "../handler.js";
import { managerVersion, repoid } from "../release-versions.js";

/** What the API says about itself. */
export const versionHandlers: Handlers = {
  "GET /version": ({ world }) => {
    const console = world.options["console"];
    const { release } = world;
    return { release, version: managerVersion(release), repoid, ...(console ? { console } : {}) };
  },
};
