/** A time zone: found by typing, with the time it is there now, and the one of this device at hand. */

import { useId } from "preact/hooks";

import { now } from "../inbox/time";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { useWrong, type Part } from "./around";
import type { Json } from "./schema";
import { a } from "./texts";
import { timeIn } from "./zones";

const ZONES: readonly string[] = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export const fits = (value: Json | undefined) => value === undefined || typeof value === "string";

export function View({ value, onChange, path, label, hint }: Part) {
  const zone = typeof value === "string" ? value : "";
  const list = useId();
  const there = timeIn(zone, now.value);
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div class="stack">
      <Field label={label} hint={[hint, there ? a("zone_now", { time: there }) : ""].filter(Boolean).join(" ")} wrong={useWrong(path)}>
        {(attributes) => <input class="input" list={list} autocomplete="off" spellcheck={false} dir="ltr" value={zone} onInput={(event) => onChange(event.currentTarget.value)} {...attributes} />}
      </Field>
      <datalist id={list}>{ZONES.map((one) => <option key={one} value={one} />)}</datalist>
      {mine && mine !== zone ? <div><Button small look="quiet" onClick={() => onChange(mine)}>{a("zone_mine", { zone: mine })}</Button></div> : null}
    </div>
  );
}
