/** `npm run docs`: writes the pages of docs/ that follow from the code. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pages } from "./pages.ts";

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));
for (const [name, text] of Object.entries(pages())) writeFileSync(`${docs}${name}`, text);
