/** The service summary: what an agent writes down about a chat, as the company asks for it. Customers never see it. */

import { signal } from "@preact/signals";
import { ClipboardCheck } from "lucide";
import { useState } from "preact/hooks";

import { api, ok, Problem, type Schema } from "../api/client";
import { may } from "../session";
import { fullTime, language, say } from "../texts";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { SelectField, TextField } from "../ui/field";
import { Trouble } from "../ui/shown";
import { toast } from "../ui/toast";
import { useDoing } from "../ui/use";
import { close } from "./acts";
import { mine, type Still } from "./book";
import type { Chat, Detail } from "./chats";
import { textFor } from "./quick";
import { t } from "./texts";

type Asked = Schema["Summaries"];
type Question = Schema["Question"];

/** The chat that is summed up now; `closing`: it is closed as soon as that is done. */
export const summing = signal<{ id: string; closing: boolean } | null>(null);

export const sumUp = (id: string, closing = false) => void (summing.value = { id, closing });

const asksTypes = (form: Asked) => Boolean(form.types?.length) && form.type !== "off";

export const asksAnything = (form: Asked) => asksTypes(form) || form.solved !== "off" || form.note !== "off" || Boolean(form.fields?.length);

export function Summed({ session, detail }: { session: Still; detail: Detail }) {
  const { summary, summary_form: form } = detail;
  const allowed = asksAnything(form) && (mine(session) || may("supervisor"));
  const labels = new Map((form.fields ?? []).map((question) => [question.key, textFor(question.label, language.value)]));
  return (
    <>
      {summary ? (
        <dl class="facts">
          {summary.types.length ? <><dt>{t("summary_types")}</dt><dd class="row wraps">{summary.types.map((one) => <span key={one} class="chip"><bdi>{one}</bdi></span>)}</dd></> : null}
          {summary.solved == null ? null : <><dt>{t("summary_solved")}</dt><dd>{t(summary.solved ? "yes" : "no")}</dd></>}
          {Object.entries(summary.fields).map(([key, value]) => <Answered key={key} name={labels.get(key) ?? key} value={value} />)}
          {summary.note ? <Answered name={t("note")} value={summary.note} /> : null}
          <dt>{t("agent")}</dt><dd><bdi>{summary.by.name}</bdi> · <time dateTime={summary.at}>{fullTime(summary.at)}</time></dd>
        </dl>
      ) : null}
      {allowed ? <div class="row"><Button small icon={ClipboardCheck} onClick={() => sumUp(session.id)}>{t(summary ? "edit" : "sum_up")}</Button></div> : null}
    </>
  );
}

function Answered({ name, value }: { name: string; value: string }) {
  return <><dt><bdi>{name}</bdi></dt><dd dir="auto">{value}</dd></>;
}

/** The form, over the chat. */
export function SummaryDialog({ chat }: { chat: Chat }) {
  const detail = chat.detail.value;
  const now = summing.value;
  if (now?.id !== chat.id || !detail) return null;
  return <Form chat={chat} detail={detail} closing={now.closing} />;
}

function Form({ chat, detail, closing }: { chat: Chat; detail: Detail; closing: boolean }) {
  const { summary_form: form, summary } = detail;
  const [types, setTypes] = useState<readonly string[]>(summary?.types ?? []);
  const [solved, setSolved] = useState(summary?.solved == null ? "" : summary.solved ? "yes" : "no");
  const [note, setNote] = useState(summary?.note ?? "");
  const [fields, setFields] = useState<Readonly<Record<string, string>>>(summary?.fields ?? {});
  const doing = useDoing();
  const leave = () => void (summing.value = null);
  const wrong = (field: string) => (doing.trouble instanceof Problem ? doing.trouble.at(field) : undefined);
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = {
      types: [...types],
      solved: solved ? solved === "yes" : null,
      note: note.trim() || null,
      fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim())),
    };
    const done = await doing.run(async () => {
      chat.detail.value = await ok(api.POST("/api/v1/inbox/sessions/{id}/summary", { params: { path: { id: chat.id } }, body }));
    });
    if (!done) return;
    leave();
    if (closing) void close(chat.id);
    else toast(t("summed_up"));
  };
  const named = (label: string, needed: boolean) => (needed ? `${label} *` : label);
  return (
    <Dialog title={t("sum_up")} onClose={leave}>
      <form class="stack" onSubmit={(event) => void submit(event)} noValidate>
        {asksTypes(form) ? (
          <fieldset class="choices">
            <legend>{named(t("summary_types"), form.type === "required")}</legend>
            <div class="row wraps">
              {(form.types ?? []).map((one) => (
                <label key={one} class="choice"><input type="checkbox" checked={types.includes(one)} onChange={(event) => setTypes(event.currentTarget.checked ? [...types, one] : types.filter((each) => each !== one))} /><bdi>{one}</bdi></label>
              ))}
            </div>
            {wrong("types") ? <p class="wrong" role="alert">{wrong("types")}</p> : null}
          </fieldset>
        ) : null}
        {form.solved === "off" ? null : (
          <SelectField label={named(t("summary_solved"), form.solved === "required")} wrong={wrong("solved")} value={solved} onChange={setSolved}
            options={[{ value: "", label: "—" }, { value: "yes", label: t("yes") }, { value: "no", label: t("no") }]} />
        )}
        {(form.fields ?? []).map((question) => (
          <Asking key={question.key} question={question} label={named(textFor(question.label, language.value), question.required ?? false)} wrong={wrong(`fields.${question.key}`)}
            value={fields[question.key] ?? ""} onChange={(value) => setFields({ ...fields, [question.key]: value })} />
        ))}
        {form.note === "off" ? null : <TextField label={named(t("note"), form.note === "required")} wrong={wrong("note")} lines={3} value={note} onChange={setNote} />}
        <Trouble of={doing.trouble instanceof Problem && doing.trouble.errors.length ? null : doing.trouble} />
        <div class="row"><span class="grow" /><Button onClick={leave}>{say("cancel")}</Button><Button type="submit" look="main" busy={doing.busy}>{closing ? t("close_chat") : say("save")}</Button></div>
      </form>
    </Dialog>
  );
}

function Asking({ question, ...field }: { question: Question; label: string; wrong: string | undefined; value: string; onChange: (value: string) => void }) {
  if (question.kind !== "choice") return <TextField {...field} type={question.kind === "date" || question.kind === "email" ? question.kind : "text"} />;
  const options = (question.options ?? []).map((one) => ({ value: one.id, label: textFor(one.label, language.value) }));
  return <SelectField {...field} options={[{ value: "", label: "—" }, ...options]} />;
}
