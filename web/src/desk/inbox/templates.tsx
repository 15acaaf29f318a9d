/** Texts a provider approved: picked, filled in, seen as the customer will see them, sent. */

import { LayoutTemplate } from "lucide";
import { useState } from "preact/hooks";

import { api, ok } from "../api/client";
import { languageName } from "../texts";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { Empty, Trouble, Waits } from "../ui/shown";
import { useLoaded } from "../ui/use";
import type { Still } from "./book";
import { send } from "./chats";
import { t } from "./texts";

type Template = { name: string; language: string; text: string; variables: number };

export function Templates({ session, onClose }: { session: Still; onClose: () => void }) {
  const path = { id: session.id };
  const found = useLoaded(session.id, () => ok(api.GET("/api/v1/inbox/sessions/{id}/templates", { params: { path } })));
  const [chosen, setChosen] = useState<Template | null>(null);
  return (
    <Dialog title={t("templates")} onClose={onClose} wide>
      <Trouble of={found.trouble} again={found.again} />
      {chosen ? <Fill session={session} template={chosen} back={() => setChosen(null)} onClose={onClose} />
        : !found.value ? (found.trouble ? null : <Waits />)
        : found.value.items.length ? (
          <ul class="picks">
            {found.value.items.map((one) => (
              <li key={`${one.name} ${one.language}`}><button type="button" class="pick" onClick={() => setChosen(one)}><span class="row"><bdi class="title-mono">{one.name}</bdi><span class="chip">{languageName(one.language)}</span></span><span class="faint small two-lines" dir="auto">{one.text}</span></button></li>
            ))}
          </ul>
        ) : <Empty icon={LayoutTemplate} title={t("no_templates")} />}
    </Dialog>
  );
}

function Fill({ session, template, back, onClose }: { session: Still; template: Template; back: () => void; onClose: () => void }) {
  const [values, setValues] = useState<string[]>(() => Array.from({ length: template.variables }, () => ""));
  const read = filledIn(template.text, values);
  const submit = (event: Event) => {
    event.preventDefault();
    send({ session: session.id, as: "template", content: { type: "template", name: template.name, language: template.language, variables: values, text: read } });
    onClose();
  };
  return (
    <form class="stack" onSubmit={submit}>
      {values.map((value, place) => <TextField key={place} label={t("variable", { n: place + 1 })} value={value} onChange={(next) => setValues(values.map((one, index) => (index === place ? next : one)))} required autofocus={place === 0} />)}
      <figure class="template-read"><figcaption class="faint small">{t("reads_like")}</figcaption><p dir="auto">{read}</p></figure>
      <div class="row"><span class="grow" /><Button onClick={back}>{t("back")}</Button><Button type="submit" look="main" disabled={values.some((value) => !value.trim())}>{t("send")}</Button></div>
    </form>
  );
}

/** `{{1}}` is the first value; an empty one stays as it is. */
export function filledIn(text: string, values: readonly string[]): string {
  return text.replace(/\{\{(\d+)\}\}/g, (whole, number: string) => values[Number(number) - 1] || whole);
}
