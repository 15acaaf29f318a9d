/** Of which group and channel what is below is told. */

import type { Schema } from "../api/client";
import { f } from "./texts";

/** A group of "": chats that are in none. */
export type Asked = { group?: string; channel?: string };

const ALL = "*";

export const isAsked = (asked: Asked, one: { channel: string; group: string | null }) =>
  (asked.channel ?? one.channel) === one.channel && (asked.group ?? one.group ?? "") === (one.group ?? "");

export function Picks({ asked, ask, around }: { asked: Asked; ask: (asked: Asked) => void; around: Schema["AroundView"] | null }) {
  const chosen = (field: "group" | "channel", value: string) => {
    const { [field]: _, ...rest } = asked;
    ask(value === ALL ? rest : { ...rest, [field]: value });
  };
  return (
    <div class="row floor-of" role="group" aria-label={`${f("group")} · ${f("channel")}`}>
      <Pick label={f("group")} value={asked.group} all={f("all_groups")} options={[...(around?.groups ?? []), { id: "", name: f("everybody") }]} onChange={(value) => chosen("group", value)} />
      <Pick label={f("channel")} value={asked.channel} all={f("all_channels")} options={around?.channels ?? []} onChange={(value) => chosen("channel", value)} />
    </div>
  );
}

function Pick({ label, value, all, options, onChange }: { label: string; value: string | undefined; all: string; options: readonly { id: string; name: string }[]; onChange: (value: string) => void }) {
  return (
    <select class="input short" aria-label={label} value={value ?? ALL} onChange={(event) => onChange(event.currentTarget.value)}>
      <option value={ALL}>{all}</option>
      {options.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
    </select>
  );
}
