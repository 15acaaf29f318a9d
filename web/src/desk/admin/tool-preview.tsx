/** A prompt as a customer of a channel would see it, in any language; with a draft, before it is saved. */

import { useState } from "preact/hooks";

import type { Schema } from "../api/client";
import { languageName } from "../texts";
import { Button } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import { useDoing } from "../ui/use";
import { useAreas } from "./frame";
import { Problems } from "./area";
import { fieldsOf, type Json, type Schema as JsonSchema } from "./schema";
import { ask } from "./server";
import { a } from "./texts";
import type { ToolProps } from "./tools";
import { titled } from "./words";

type Seen = Schema["PreviewView"];

export function Preview({ area, scope, draft, names }: ToolProps) {
  const known = useAreas();
  const [key, setKey] = useState("");
  const [language, setLanguage] = useState("en");
  const [channel, setChannel] = useState(scope.level === "channel" ? scope.id : (names["channels"]?.[0]?.id ?? ""));
  const [found, setFound] = useState<Seen | null>(null);
  const doing = useDoing();
  const schema = known.value?.find((one) => one.area === area)?.schema as JsonSchema | undefined;
  const root = schema?.$defs?.[schema.$ref!.split("/").at(-1)!];
  const prompts = root?.properties?.["prompts"]?.propertyNames;
  const keys = prompts?.enum ?? [];
  const chosen = key || String(keys[0] ?? "");
  const text = fieldsOf(fieldsOf(fieldsOf(draft["prompts"])[chosen])["text"])[language];
  const look = () => doing.run(async () => {
    const drafted: Record<string, Json> = typeof text === "string" && text ? { text } : {};
    const group = scope.level === "group" ? { group: scope.id } : {};
    setFound((await ask<Seen>("POST", "admin/settings/prompts/preview", { key: chosen, language, channel, ...group, ...drafted })).body);
  });
  return (
    <section class="card stack" aria-labelledby="preview">
      <h2 id="preview">{a("preview")}</h2>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void look(); }}>
        <div class="columns">
          <SelectField label={a("prompt")} value={chosen} onChange={setKey} options={keys.map((one) => ({ value: String(one), label: titled(prompts, one) }))} />
          <TextField label={a("language_tag")} value={language} onChange={setLanguage} />
          <SelectField label={a("one_channel")} value={channel} onChange={setChannel} options={(names["channels"] ?? []).map((one) => ({ value: one.id, label: one.name }))} />
        </div>
        <div><Button type="submit" busy={doing.busy} disabled={!channel}>{a("show")}</Button></div>
      </form>
      <Problems of={doing.trouble} />
      {found ? (
        <div class="result" role="status">
          <p class="row wrap"><span class="chip">{languageName(found.language)}</span>{found.on ? null : <span class="chip warn">{a("off")}</span>}<span class="faint small">{a("characters", { count: found.length })}</span></p>
          <p class="said" dir={found.direction as "ltr"} lang={found.language}>{found.text || "—"}</p>
        </div>
      ) : null}
    </section>
  );
}
