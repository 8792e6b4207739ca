import { config } from "zod";

// A session asks its schemas a few times: to make each into a function of its own takes longer than that ever saves. It has
// to be said before the first of them is built, and by the command alone, since it holds for the whole process.
config({ jitless: true });
