/**
 * Forms of more than one question: a rating with its reasons, what to leave when nobody is there, what to tell before a chat.
 * A script of its own, fetched when the first such form is asked; it brings no framework but takes the widget's.
 */

import type { ComponentChildren, h as H } from "preact";
import type { useState as State } from "preact/hooks";

import type { Texts } from "./texts";
import type { Content, Field } from "./wire";

export type Asked = {
  content: Extract<Content, { type: "form" }>;
  texts: Texts;
  answer: ((content: Content) => void) | null;
  /** The address of a file that was taken in; null if it was not. */
  upload: (file: File) => Promise<string | null>;
};

const PRESSED = 11; // options that are shown side by side; more are a list

export default function make(h: typeof H, useState: typeof State) {
  return function Form({ content, texts, answer, upload }: Asked) {
    const [first, setFirst] = useState("");
    const leading = content.fields[0];
    const shown = content.fields.filter((field) => !field.when?.length || field.when.includes(first));
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const data = new FormData(event.currentTarget as HTMLFormElement);
      const values: Record<string, string> = {};
      for (const { key } of shown) {
        const said = data.getAll(key).map(String).filter((value) => value.trim()).join("\n");
        if (said) values[key] = said;
      }
      if (Object.keys(values).length) answer?.({ type: "form", text: "", fields: [], values });
    };
    return h(
      "form",
      { onSubmit: submit },
      content.text ? h("p", { dir: "auto" }, content.text) : null,
      h(
        "fieldset",
        { disabled: !answer },
        shown.map((field) => question(field, field === leading ? setFirst : null, texts, upload)),
        h("button", { class: "option", type: "submit" }, texts.submit),
      ),
    );
  };

  function question(field: Field, told: ((value: string) => void) | null, texts: Texts, upload: Asked["upload"]) {
    const label = h("span", { dir: "auto" }, field.label, " ", field.required ? h("small", null, `(${texts.required})`) : null);
    const { options = [] } = field;
    if (options.length && options.length <= PRESSED) {
      return h("fieldset", { key: field.key, class: field.kind === "nps" ? "options row" : "options" }, h("legend", null, label), options.map((option) => press(field, option, told)));
    }
    return h("label", { key: field.key }, label, input(field, texts, upload));
  }

  function press(field: Field, { id, label }: { id: string; label: string }, told: ((value: string) => void) | null) {
    const type = field.many ? "checkbox" : "radio";
    // Several boxes of which one is wanted: no browser checks that, the server does.
    const required = !field.many && (field.required ?? false);
    return h("label", { key: id, class: "option press" }, h("input", { type, name: field.key, value: id, required, onChange: () => told?.(id) }), h("bdi", null, label));
  }

  function input(field: Field, texts: Texts, upload: Asked["upload"]): ComponentChildren {
    const kind = field.kind ?? "text";
    const common = { name: field.key, required: field.required ?? false };
    const limits = { maxLength: 4000, dir: "auto" as const };
    if (field.options?.length) {
      return h("select", common, h("option", { value: "" }, texts.choose), field.options.map(({ id, label }) => h("option", { key: id, value: id }, label)));
    }
    switch (kind) {
      case "number":
        return h("input", { ...common, ...limits, inputMode: "decimal" });
      case "date":
        return h("input", { ...common, type: "date" });
      case "phone":
        return h("input", { ...common, ...limits, type: "tel", autoComplete: "tel", dir: "ltr" });
      case "email":
        return h("input", { ...common, ...limits, type: "email", autoComplete: "email", dir: "ltr" });
      case "file":
        return h(Upload, { ...common, label: field.label, texts, upload });
      default:
        return /^(text|comment)/.test(field.key) ? h("textarea", { ...common, ...limits, rows: 3 }) : h("input", { ...common, ...limits, type: "text" });
    }
  }

  function Upload({ name, label, required, texts, upload }: { name: string; label: string; required: boolean; texts: Texts; upload: Asked["upload"] }) {
    const [url, setUrl] = useState("");
    const [trouble, setTrouble] = useState("");
    const chosen = async (event: Event) => {
      const file = (event.currentTarget as HTMLInputElement).files?.[0];
      const taken = file ? await upload(file) : "";
      setUrl(taken ?? "");
      setTrouble(taken == null ? texts.refused : "");
    };
    return [
      h("input", { type: "file", required, "aria-label": label, onChange: chosen }),
      h("input", { type: "hidden", name, value: url }),
      trouble ? h("small", { role: "alert" }, trouble) : null,
    ];
  }
}
