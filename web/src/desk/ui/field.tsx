/** Fields of forms: a label, a hint, and what is wrong, said where it stands and read out with the field. */

import { CircleAlert } from "lucide";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

import { written } from "../texts";
import { Icon } from "./icon";

type Common = { label: string; hint?: string | undefined; wrong?: string | undefined };

export function Field({ label, hint, wrong, children }: Common & { children: (attributes: Described) => ComponentChildren }) {
  const id = useId();
  const [hinted, told] = [`${id}-hint`, `${id}-wrong`];
  const described = [hint ? hinted : "", wrong ? told : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-invalid": Boolean(wrong), ...(described ? { "aria-describedby": described } : {}) })}
      {hint ? <p class="hint" id={hinted}>{hint}</p> : null}
      {wrong ? <p class="wrong" id={told} role="alert"><Icon of={CircleAlert} size={15} /><span>{wrong}</span></p> : null}
    </div>
  );
}

export type Described = { id: string; "aria-invalid": boolean; "aria-describedby"?: string };

export type TextProps = Common & {
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "email" | "password" | "number" | "search" | "url" | "date" | "time";
  name?: string;
  required?: boolean;
  autocomplete?: string;
  autofocus?: boolean;
  lines?: number;
  placeholder?: string;
  disabled?: boolean;
};

export function TextField({ label, hint, wrong, value, onChange, type = "text", lines = 1, autofocus = false, ...rest }: TextProps) {
  const typed = (event: Event) => onChange((event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value);
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(attributes) =>
        lines > 1 ? (
          <textarea class="input" dir={written(value)} rows={lines} value={value} onInput={typed} {...attributes} {...rest} />
        ) : (
          <input class="input" dir={type === "text" || type === "search" ? written(value) : undefined} type={type as "text"} value={value} onInput={typed} autoFocus={autofocus} {...attributes} {...rest} />
        )
      }
    </Field>
  );
}

export type Choice = { value: string; label: string };

export function SelectField({ label, hint, wrong, value, onChange, options, disabled = false }: Common & { value: string; onChange: (value: string) => void; options: readonly Choice[]; disabled?: boolean }) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(attributes) => (
        <select class="input" value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.value)} {...attributes}>
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      )}
    </Field>
  );
}

export function Switch({ label, checked, onChange, disabled = false }: { label: string; checked: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
