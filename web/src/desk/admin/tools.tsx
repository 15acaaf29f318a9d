/** What an area can do beyond being set: dry runs, previews, word lists as CSV. An area without an entry has none. */

import type { ComponentType } from "preact";

import type { Names } from "./form";
import type { Fields } from "./schema";
import type { Scope } from "./server";
import { OpenNow } from "./tool-hours";
import { Preview } from "./tool-preview";
import { TryRoute } from "./tool-route";
import { Webhooks } from "./tool-webhooks";
import { WordTools } from "./tool-words";

export type ToolProps = { area: string; scope: Scope; draft: Fields; names: Names; onImported: () => void };

const TOOLS: Readonly<Record<string, ComponentType<ToolProps>>> = { hours: OpenNow, routing: TryRoute, assignment: TryRoute, prompts: Preview, closing: Preview, words: WordTools, webhooks: Webhooks };

export function Tools(props: ToolProps) {
  const Tool = TOOLS[props.area];
  return Tool ? <Tool {...props} /> : null;
}
